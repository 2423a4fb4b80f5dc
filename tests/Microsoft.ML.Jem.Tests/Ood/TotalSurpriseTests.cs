using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Jem.Tests.Ood;

public class TotalSurpriseTests
{
    private const int RowCount = 200;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(3, 1)]
    [InlineData(5, 4)]
    public void The_graph_sums_each_members_surprises_as_its_curves_do(int members, int statistics)
    {
        SurpriseCurve[][] curves = Curves(members, statistics);
        float[][] columns = [.. Enumerable.Range(0, members * statistics).Select(i => Column(100 + i))];

        float[][] sums = Run(curves, columns);

        for (int m = 0; m < members; m++)
        {
            for (int row = 0; row < RowCount; row++)
            {
                float expected = 0;
                for (int s = 0; s < statistics; s++)
                    expected += curves[m][s].Of(columns[(m * statistics) + s][row]);
                Assert.Equal(expected, sums[m][row], 1e-5f * Math.Max(1, Math.Abs(expected)));
            }
        }
    }

    [Fact]
    public void A_held_out_row_is_judged_by_curves_made_without_it()
    {
        float[][] statistics = [Column(1), Column(2)];
        float[] weights = [2, 1];
        float[] held = TotalSurprise.OfHeldOut(statistics, weights);

        // Twenty parts: row 23 is in the part of rows 3, 23, 43, …
        float[][] others = [.. statistics.Select(column => column.Where((_, row) => row % 20 != 3).ToArray())];
        float expected = TotalSurprise.Of(TotalSurprise.Fit(others, weights), [[statistics[0][23]], [statistics[1][23]]])[0];
        Assert.Equal(expected, held[23]);
        Assert.Equal(2 * SurpriseCurve.Fit(statistics[0]).Of(0.3f), TotalSurprise.Of(TotalSurprise.Fit(statistics[..1], weights), [[0.3f]])[0], 1e-4f);
    }

    [Fact]
    public void The_total_is_the_sum_over_members()
    {
        SurpriseCurve[][] curves = Curves(3, 2);
        float[][] columns = [.. Enumerable.Range(0, 6).Select(i => Column(50 + i))];
        float[][] apart = Run(curves, columns);
        float[][] total = Run(curves, columns, total: true);
        for (int row = 0; row < RowCount; row++)
            Assert.Equal(apart.Sum(member => member[row]), total[0][row], 1e-4f * Math.Max(1, total[0][row]));
    }

    [Fact]
    public void What_is_not_a_number_stays_so()
    {
        float[] strange = [float.NaN, .. Column(7)[1..]];
        float[][] sums = Run(Curves(2, 2), [Column(3), Column(4), Column(5), strange]);
        Assert.Equal(float.NaN, sums[1][0]);
        Assert.All(sums[1][1..], value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void More_members_take_hardly_more_nodes()
    {
        int one = Graph(Curves(1, 4)).ToModel().Graph.Node.Count;
        int five = Graph(Curves(5, 4)).ToModel().Graph.Node.Count;
        Assert.InRange(five, one, one + 5 + 1);
    }

    [Fact]
    public void The_curves_are_read_back()
    {
        SurpriseCurve[][] curves = Curves(2, 3);
        var weights = new OnnxWeights(Graph(curves).ToModel().Graph);
        for (int m = 0; m < 2; m++)
        {
            for (int s = 0; s < 3; s++)
            {
                SurpriseCurve read = TotalSurprise.Read(weights, JemNames.Scope(m, 2), s);
                Assert.Equal([curves[m][s].Lows, curves[m][s].Highs, curves[m][s].Slopes], [read.Lows, read.Highs, read.Slopes]);
            }
        }
    }

    [Fact]
    public void Curves_of_other_numbers_of_pieces_are_refused() =>
        Assert.Throws<ArgumentException>(() => Graph([[new SurpriseCurve([0], [1], [1]), new SurpriseCurve([0, 1], [1, 2], [1, 1])]]));

    private static SurpriseCurve[][] Curves(int members, int statistics) =>
        [.. Enumerable.Range(0, members).Select(m => Enumerable.Range(0, statistics).Select(s => SurpriseCurve.Fit(Column((10 * m) + s)).Times(1 + s)).ToArray())];

    private static float[] Column(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, RowCount).Select(_ => (float)(TestData.Normal(random) * (1 + (seed % 5))))];
    }

    private static OnnxGraph Graph(SurpriseCurve[][] curves, bool total = false)
    {
        var graph = new OnnxGraph("test");
        string[][] statistics = [.. curves.Select((member, m) => member.Select((_, s) => graph.AddInput($"s{m}.{s}", OnnxType.Float, 1)).ToArray())];
        foreach (string sum in total ? [TotalSurprise.WriteTotal(graph, statistics, curves)] : TotalSurprise.Write(graph, statistics, curves))
            graph.AddOutput(sum, OnnxType.Float, 1);
        return graph;
    }

    private static float[][] Run(SurpriseCurve[][] curves, float[][] columns, bool total = false)
    {
        using var session = new InferenceSession(Graph(curves, total).ToBytes());
        using var options = new RunOptions();
        OrtValue[] inputs = [.. columns.Select(column => OrtValue.CreateTensorValueFromMemory(column, [RowCount, 1]))];
        string[] names = [.. curves.SelectMany((member, m) => member.Select((_, s) => $"s{m}.{s}"))];
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, names, inputs, session.OutputNames);
        foreach (OrtValue input in inputs)
            input.Dispose();
        return [.. results.Select(result => result.GetTensorDataAsSpan<float>().ToArray())];
    }
}
