using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.Tests.Calibration;

/// <summary>
/// How often fresh rows exceed a level where several members are judged on one validation set, in a simulation of their statistics: each
/// row has a part that all members see, and each member an error of its own.
/// </summary>
public sealed class SharedCalibrationTests(ITestOutputHelper output)
{
    private const int FreshRows = 200;

    private static readonly float[] Weights = [2, 1, 1, 0.5f];

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
