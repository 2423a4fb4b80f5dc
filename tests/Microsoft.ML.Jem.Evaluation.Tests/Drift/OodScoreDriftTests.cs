using CsCheck;
using Microsoft.ML.Jem.Tests;

namespace Microsoft.ML.Jem.Evaluation.Tests;

/// <summary>The drift alarm: uniform p-values without a change, rare false alarms, quick true ones.</summary>
public sealed class OodScoreDriftTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(500)]
    public void P_values_of_exchangeable_rows_are_uniform_and_independent_however_few_calibration_rows_there_are(int calibrationRows)
    {
        const int Streams = 400, Rows = 50;
        var counts = new int[10];
        var pairs = new int[2, 2];
        for (int stream = 0; stream < Streams; stream++)
        {
            var random = new Random(stream);
            Calibration table = Table(random, calibrationRows);
            var drift = new OodScoreDrift(calibrationRows, seed: stream);
            double before = 0;
            for (int row = 0; row < Rows; row++)
            {
                drift.Add(Score(table, TestData.Normal(random)));
                counts[(int)(drift.LastPValue * 10)]++;
                if (row > 0)
                    pairs[before < 0.5 ? 0 : 1, drift.LastPValue < 0.5 ? 0 : 1]++;
                before = drift.LastPValue;
            }
        }

        // χ² with 9 and 3 degrees of freedom: 27.9 and 16.3 are exceeded once in a thousand.
        Assert.True(ChiSquared([.. counts]) < 27.9, string.Join(' ', counts));
        Assert.True(ChiSquared([.. pairs.Cast<int>()]) < 16.3, string.Join(' ', pairs.Cast<int>()));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(1000)]
    public void False_alarms_are_no_more_frequent_than_stated(int calibrationRows)
    {
        // Within N rows, at most a share N/c of streams; 10 % here.
        const int Streams = 200, Rows = 5_000;
        int alarms = Enumerable.Range(0, Streams).Count(stream =>
            FirstAlarm(calibrationRows, Rows, changeAt: Rows, shift: 0, rowsPerFalseAlarm: 10 * Rows, seed: stream) is not null);

        TestContext.Current.TestOutputHelper?.WriteLine($"{alarms} of {Streams} streams raised a false alarm; {Streams / 10} allowed.");
        Assert.InRange(alarms, 0, Streams / 10);
    }

    [Theory]
    [InlineData(0.5, 1_000)]
    [InlineData(1, 300)]
    [InlineData(3, 60)]
    [InlineData(-1, 500)]
    public void A_shift_is_noticed_soon(double shift, int within)
    {
        const int Before = 2_000;
        for (int seed = 0; seed < 10; seed++)
        {
            long? alarm = FirstAlarm(500, Before + within, Before, shift, OodScoreDrift.DefaultRowsPerFalseAlarm, seed);
            Assert.NotNull(alarm);
            Assert.InRange(alarm.Value, Before + 1, Before + within);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(200)]
    public void P_values_of_any_score_are_uniform_and_independent_even_where_most_rows_tie(int calibrationRows)
    {
        // Generators of neighbouring seeds are not independent of each other.
        const int Streams = 400, Rows = 50;
        var seeds = new Random(1);
        var counts = new int[10];
        var pairs = new int[2, 2];
        for (int stream = 0; stream < Streams; stream++)
        {
            var random = new Random(seeds.Next());
            double Doubt() => Math.Round(TestData.Normal(random));
            OodScoreDrift drift = OodScoreDrift.ForScores(Enumerable.Range(0, calibrationRows).Select(_ => Doubt()), seed: seeds.Next());
            double before = 0;
            for (int row = 0; row < Rows; row++)
            {
                drift.Add(Doubt());
                counts[(int)(drift.LastPValue * 10)]++;
                if (row > 0)
                    pairs[before < 0.5 ? 0 : 1, drift.LastPValue < 0.5 ? 0 : 1]++;
                before = drift.LastPValue;
            }
        }

        Assert.True(ChiSquared([.. counts]) < 27.9, string.Join(' ', counts));
        Assert.True(ChiSquared([.. pairs.Cast<int>()]) < 16.3, string.Join(' ', pairs.Cast<int>()));
    }

    [Fact]
    public void A_rank_among_scores_is_counted_by_hand()
    {
        // One row only: its p-value lies in [(4 − lower) / 5, (4 − lower + 1) / 5).
        foreach ((double score, int lower) in new[] { (-1.0, 0), (0.15, 1), (0.35, 3), (double.PositiveInfinity, 4) })
        {
            OodScoreDrift drift = OodScoreDrift.ForScores([0.4, 0.1, 0.3, 0.2]);
            drift.Add(score);
            Assert.Equal(4, drift.CalibrationRowCount);
            Assert.InRange(drift.LastPValue, (4 - lower) / 5.0, (5 - lower) / 5.0);
        }
    }

    [Fact]
    public void A_shift_of_any_score_is_noticed_soon()
    {
        var random = new Random(1);
        OodScoreDrift drift = OodScoreDrift.ForScores(Enumerable.Range(0, 500).Select(_ => TestData.Normal(random)));
        for (int row = 0; row < 2_300 && !drift.IsAlarm; row++)
            drift.Add(TestData.Normal(random) + (row < 2_000 ? 0 : 1));

        Assert.InRange(drift.AlarmRow ?? 0, 2_001, 2_300);
    }

    [Fact]
    public void A_few_alien_rows_among_familiar_ones_are_noticed()
    {
        var random = new Random(3);
        Calibration table = Table(random, 1000);
        var drift = new OodScoreDrift(1000);
        for (int row = 0; row < 3_000 && !drift.IsAlarm; row++)
            drift.Add(Score(table, TestData.Normal(random) + (row > 1000 && row % 20 == 0 ? 10 : 0)));

        Assert.True(drift.IsAlarm);
        Assert.True(drift.AlarmRow > 1000);
    }

    [Fact]
    public void The_alarm_is_told_once_and_stays_until_reset()
    {
        var drift = new OodScoreDrift(100);
        int told = Enumerable.Range(0, 1_000_000).Count(_ => drift.Add(0.99f));

        Assert.Equal(1, told);
        Assert.True(drift.IsAlarm);
        Assert.True(double.IsFinite(drift.Statistic));

        drift.Reset();
        Assert.False(drift.IsAlarm);
        Assert.Null(drift.AlarmRow);
        Assert.Equal(0, drift.RowCount);
        Assert.Equal(0, drift.Statistic);
    }

    [Fact]
    public void The_same_rows_and_seed_give_the_same_numbers_and_reset_begins_anew()
    {
        Gen.Float[0, 0.999f].Array[1, 200].Sample(scores =>
        {
            var first = new OodScoreDrift(37, seed: 5);
            var second = new OodScoreDrift(37, seed: 5);
            foreach (float score in scores)
            {
                first.Add(score);
                second.Add(score);
            }

            Assert.Equal(first.Statistic, second.Statistic);
            first.Reset();
            foreach (float score in scores)
                first.Add(score);
            Assert.Equal(second.Statistic, first.Statistic);
            Assert.Equal(second.LastPValue, first.LastPValue);
        }, iter: 200);
    }

    [Fact]
    public void Every_multiple_of_the_granularity_gets_its_own_rank()
    {
        foreach (int n in new[] { 1, 2, 6, 99, 191, 1000, 4096 })
        {
            // One row only: its p-value lies in [(n − k)/(n + 1), (n − k + 1)/(n + 1)) exactly when k is its rank.
            for (int k = 0; k <= n; k++)
            {
                var drift = new OodScoreDrift(n, seed: k);
                drift.Add((float)(k / (n + 1.0)));
                Assert.InRange(drift.LastPValue, (n - k) / (n + 1.0), (n - k + 1) / (n + 1.0));
                if (n > 1000)
                    k += 63;
            }
        }
    }

    [Fact]
    public void The_mean_of_each_bet_over_uniform_p_values_is_one_and_all_are_convex()
    {
        const int Steps = 200_000;
        var sums = new double[Bets.Count];
        double[] left = new double[Bets.Count], middle = new double[Bets.Count], right = new double[Bets.Count];
        for (int i = 0; i < Steps; i++)
        {
            // Steps crowd at both ends, where powers are steep: p = sin²(πu/2), dp = π·sin(πu/2)·cos(πu/2) du.
            double angle = Math.PI / 2 * (i + 0.5) / Steps;
            double p = Math.Sin(angle) * Math.Sin(angle);
            Bets.Factors(p, middle);
            Bets.Factors(0.9 * p, left);
            Bets.Factors(Math.Min(1.1 * p, 1), right);
            for (int bet = 0; bet < sums.Length; bet++)
            {
                sums[bet] += Math.PI * Math.Sin(angle) * Math.Cos(angle) * middle[bet] / Steps;
                if (1.1 * p < 1)
                    Assert.True(middle[bet] <= (left[bet] + right[bet]) / 2 + 1e-9);
            }
        }

        Assert.All(sums, mean => Assert.Equal(1, mean, 1e-3));
    }

    [Fact]
    public void An_ensemble_whose_scores_gather_in_the_middle_raises_no_more_false_alarms_than_stated()
    {
        // Each of five members judges a row by a calibration part of its own and with an error of its own.
        const int Streams = 100, Rows = 5_000, Members = 5, PerMember = 80;
        int alarms = 0;
        for (int stream = 0; stream < Streams; stream++)
        {
            var random = new Random(stream);
            Calibration[] tables = [.. Enumerable.Range(0, Members).Select(_ => new Calibration(
                [.. Enumerable.Range(0, PerMember).Select(_ => (float)(TestData.Normal(random) + TestData.Normal(random)))]))];
            var drift = new OodScoreDrift(Members * PerMember, 10 * Rows, stream);
            for (int row = 0; row < Rows && !drift.IsAlarm; row++)
            {
                double shared = TestData.Normal(random);
                drift.Add((float)tables.Average(table => table.OodScore((float)(shared + TestData.Normal(random)))));
            }

            alarms += drift.IsAlarm ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{alarms} of {Streams} ensembles raised a false alarm; {Streams / 10} allowed.");
        Assert.InRange(alarms, 0, Streams / 10);
    }

    [Fact]
    public void Bad_numbers_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new OodScoreDrift(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OodScoreDrift(10, rowsPerFalseAlarm: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OodScoreDrift(10, rowsPerFalseAlarm: double.NaN));
        var drift = new OodScoreDrift(10);
        foreach (float bad in new[] { -0.1f, 1, float.NaN, float.PositiveInfinity })
            Assert.Throws<ArgumentOutOfRangeException>(() => drift.Add(bad));
        Assert.Equal(0, drift.RowCount);
        Assert.Throws<ArgumentException>(() => OodScoreDrift.ForScores([]));
        Assert.Throws<ArgumentException>(() => OodScoreDrift.ForScores([1, double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => OodScoreDrift.ForScores([1], rowsPerFalseAlarm: 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => OodScoreDrift.ForScores([1]).Add(double.NaN));
    }

    private static long? FirstAlarm(int calibrationRows, int rows, int changeAt, double shift, double rowsPerFalseAlarm, int seed)
    {
        var random = new Random(seed);
        Calibration table = Table(random, calibrationRows);
        var drift = new OodScoreDrift(calibrationRows, rowsPerFalseAlarm, seed);
        for (int row = 0; row < rows && !drift.IsAlarm; row++)
            drift.Add(Score(table, TestData.Normal(random) + (row < changeAt ? 0 : shift)));
        return drift.AlarmRow;
    }

    private static Calibration Table(Random random, int rows) =>
        new([.. Enumerable.Range(0, rows).Select(_ => (float)TestData.Normal(random))]);

    private static float Score(Calibration table, double energy) => (float)table.OodScore((float)energy);

    /// <summary>Calibration rows, against which a Jem model makes an OodScore of an energy: #{lower} / (n + 1).</summary>
    private sealed class Calibration(float[] energies)
    {
        private readonly float[] _ascending = [.. energies.Order()];

        public double OodScore(float energy)
        {
            int low = 0;
            for (int high = _ascending.Length; low < high;)
            {
                int middle = (low + high) / 2;
                (low, high) = _ascending[middle] < energy ? (middle + 1, high) : (low, middle);
            }

            return low / (_ascending.Length + 1.0);
        }
    }

    private static double ChiSquared(int[] counts)
    {
        double expected = counts.Average();
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }
}
