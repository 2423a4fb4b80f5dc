using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Jem.Tests.Ood;

public class ConformalLookupTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(66)]
    [InlineData(72)]
    [InlineData(73)]
    [InlineData(81)]
    [InlineData(82)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(1000)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(5000)]
    public void The_graph_counts_like_the_table(int count)
    {
        var random = new Random(count);
        foreach (int distinct in new[] { 1, 3, 50, int.MaxValue })
        {
            float[] scores = [.. Enumerable.Range(0, count).Select(_ => distinct == int.MaxValue ? (float)(random.NextDouble() * 10 - 5) : random.Next(distinct) - 1f)];
            if (distinct == 50)
            {
                scores[0] = float.PositiveInfinity;
                scores[^1] = float.NegativeInfinity;
            }

            ConformalTable table = ConformalTable.Create(scores, int.MaxValue);
            float[] statistics =
            [
                .. scores.Take(300), .. scores.Take(300).Select(MathF.BitIncrement), .. scores.Take(300).Select(MathF.BitDecrement),
                float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, 0f, -0f,
            ];

            float[] actual = Run(table, statistics);

            for (int i = 0; i < statistics.Length; i++)
                Assert.Equal(Math.Round(table.OodScore(statistics[i]) * (table.Count + 1)), actual[i]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    [InlineData(4001)]
    public void The_table_is_read_back(int count)
    {
        ConformalTable table = ConformalTable.Create([.. Enumerable.Range(0, count).Select(i => MathF.Sin(i * i))], int.MaxValue);
        var graph = new OnnxGraph("test");
        Write(graph, table);
        ConformalTable read = ConformalLookup.Read(new OnnxWeights(graph.ToModel().Graph), "table");
        Assert.Equal(table.Descending, read.Descending);
    }

    [Fact]
    public void A_missing_table_is_reported() =>
        Assert.Contains("lacks", Assert.Throws<InvalidDataException>(() => ConformalLookup.Read(new OnnxWeights(new OnnxGraph("test").ToModel().Graph), "table")).Message, StringComparison.Ordinal);

    private static void Write(OnnxGraph graph, ConformalTable table)
    {
        string statistic = graph.AddInput("statistic", OnnxType.Float, 1);
        graph.AddOutput(graph.SqueezeColumn(ConformalLookup.Write(graph, statistic, table, "table"), "result"), OnnxType.Float);
    }

    private static float[] Run(ConformalTable table, float[] statistics)
    {
        var graph = new OnnxGraph("test");
        Write(graph, table);
        using var session = new InferenceSession(graph.ToBytes());
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(statistics, [statistics.Length, 1]);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, ["statistic"], [input], ["result"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
