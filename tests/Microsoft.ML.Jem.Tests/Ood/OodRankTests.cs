using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Jem.Tests.Ood;

/// <summary>How rows rank among held-out ones, in the graph and in simulations.</summary>
public sealed class OodRankTests(ITestOutputHelper output)
{
    private const int FreshRows = 200;

    private static readonly float[] Weights = [2, 1, 1, 0.5f];

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void The_nodes_count_like_the_tables_and_are_read_back(int members, bool shares)
    {
        var random = new Random(1);
        float[][][] heldOut = Draw(random, 150, members), fresh = Draw(random, FreshRows, members);
        float[][] held = [.. heldOut.Select(member => TotalSurprise.OfHeldOut(member, Weights))];
        ConformalTable? shared = shares ? ConformalTable.Create(Sum(held)) : null;
        MemberSettings[] settings =
        [
            .. heldOut.Select((member, m) => new MemberSettings(
                [.. Weights.Select(_ => new Jem.Ood.Energy())],
                new MemberCalibration(TotalSurprise.Fit(member, Weights), shares ? null : ConformalTable.Create(held[m])))),
        ];
        var graph = new OnnxGraph("test");
        string[][] names = [.. fresh.Select((member, m) => member.Select((_, s) => graph.AddInput($"s{m}.{s}", OnnxType.Float, 1)).ToArray())];
        graph.AddOutput(graph.SqueezeColumn(OodRank.Write(graph, settings, shared, names), "result"), OnnxType.Float);

        float[] actual = Run(graph, [.. names.SelectMany(member => member)], [.. fresh.SelectMany(member => member)]);

        float[][] surprises = [.. fresh.Select((member, m) => TotalSurprise.Of([.. settings[m].Calibration!.Curves], member))];
        float[] total = Sum(surprises);
        for (int row = 0; row < FreshRows; row++)
        {
            double expected = shared is not null
                ? shared.OodScore(total[row]) * (shared.Count + 1)
                : settings.Select((member, m) => member.Calibration!.Table!.OodScore(surprises[m][row]) * (member.Calibration.Table.Count + 1)).Sum();

            // A float beside an entry of a table may round to its other side.
            Assert.Equal(expected, actual[row], 1.5);
        }

        WitnessKind[] kinds = [.. settings[0].Witnesses.Select(witness => witness.Kind)];
        var weights = new OnnxWeights(graph.ToModel().Graph);
        (MemberSettings[] read, ConformalTable? readShared) = OodRank.Read(weights, kinds, members, shares ? 150 : 150 * members, width: 1);
        Assert.Equal(shared?.Descending.ToArray(), readShared?.Descending.ToArray());
        for (int m = 0; m < members; m++)
        {
            Assert.Equal(settings[m].Calibration!.Table?.Descending.ToArray(), read[m].Calibration!.Table?.Descending.ToArray());
            Assert.Equal(settings[m].Calibration!.Curves.SelectMany(curve => curve.Slopes), read[m].Calibration!.Curves.SelectMany(curve => curve.Slopes));
        }

        Assert.Contains("announced", Assert.Throws<InvalidDataException>(() => OodRank.Read(weights, kinds, members, 151, width: 1)).Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// How often fresh rows exceed a level where several members are judged on one validation set, in a simulation of their statistics:
    /// each row has a part that all members see, and each member an error of its own.
    /// </summary>
    [Theory]
    [InlineData(20, 1)]
    [InlineData(20, 5)]
    [InlineData(60, 5)]
    [InlineData(200, 5)]
    [InlineData(1000, 5)]
    public void Simulated_fresh_rows_exceed_a_level_no_more_often_than_it_allows(int heldOut, int members)
    {
        double[] levels = [0.9, 0.95, 0.99];
        var together = new double[levels.Length];
        var apart = new double[levels.Length];
        int seeds = 40_000 / heldOut;
        for (int seed = 0; seed < seeds; seed++)
        {
            var random = new Random(seed);
            float[][][] calibration = Draw(random, heldOut, members), fresh = Draw(random, FreshRows, members);
            float[][] held = [.. calibration.Select(member => TotalSurprise.OfHeldOut(member, Weights))];
            float[][] rows = [.. fresh.Select((member, m) => TotalSurprise.Of(TotalSurprise.Fit(calibration[m], Weights), member))];
            var shared = ConformalTable.Create(Sum(held));
            ConformalTable[] own = [.. held.Select(totals => ConformalTable.Create(totals))];
            float[] total = Sum(rows);
            for (int i = 0; i < FreshRows; i++)
            {
                double one = shared.OodScore(total[i]);
                double each = own.Select((table, m) => table.OodScore(rows[m][i]) * (heldOut + 1)).Sum() / ((members * heldOut) + 1);
                for (int level = 0; level < levels.Length; level++)
                {
                    together[level] += one > levels[level] ? 1.0 / FreshRows / seeds : 0;
                    apart[level] += each > levels[level] ? 1.0 / FreshRows / seeds : 0;
                }
            }
        }

        output.WriteLine($"{heldOut} rows, {members} members, {seeds} seeds: above {string.Join(", ", levels)}: {string.Join(", ", together.Select(share => share.ToString("P2")))}; each member for itself {string.Join(", ", apart.Select(share => share.ToString("P2")))}");

        // Both the held-out rows and the fresh ones are a sample.
        Assert.All(levels.Zip(together), pair => Assert.InRange(
            pair.Second, 0, 1 - pair.First + (3 * Math.Sqrt(pair.First * (1 - pair.First) * ((1.0 / heldOut) + (1.0 / FreshRows)) / seeds))));
    }

    private static float[] Run(OnnxGraph graph, string[] names, float[][] columns)
    {
        using var session = new InferenceSession(graph.ToBytes());
        using var options = new RunOptions();
        OrtValue[] inputs = [.. columns.Select(column => OrtValue.CreateTensorValueFromMemory(column, [column.Length, 1]))];
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, names, inputs, ["result"]);
        Array.ForEach(inputs, input => input.Dispose());
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static float[][][] Draw(Random random, int rows, int members)
    {
        float[][][] values = [.. Enumerable.Range(0, members).Select(_ => Weights.Select(_ => new float[rows]).ToArray())];
        for (int i = 0; i < rows; i++)
        {
            double strange = TestData.Normal(random);
            for (int s = 0; s < Weights.Length; s++)
            {
                double common = (0.6 * strange) + (0.8 * TestData.Normal(random));
                for (int m = 0; m < members; m++)
                {
                    double value = (0.8 * common) + (0.6 * TestData.Normal(random));
                    values[m][s][i] = (float)(s switch { 0 => Math.Exp(value), 3 => value * value, _ => value });
                }
            }
        }

        return values;
    }

    private static float[] Sum(float[][] totals) => [.. Enumerable.Range(0, totals[0].Length).Select(row => totals.Sum(member => member[row]))];
}
