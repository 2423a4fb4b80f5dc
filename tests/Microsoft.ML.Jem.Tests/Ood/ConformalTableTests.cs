using System.Text.Json;
using CsCheck;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Tests.Fixtures;

namespace Microsoft.ML.Jem.Tests.Ood;

public class ConformalTableTests
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void P_values_equal_the_reference()
    {
        JsonElement fixture = Fixture.Load("metrics_conformal.json");
        // The fixture's scores are conformity; ours are nonconformity.
        ConformalTable table = ConformalTable.Create(fixture.GetProperty("cal_scores").Floats().Select(score => -score).ToArray());
        float[] scores = fixture.GetProperty("test_scores").Floats();
        double[] expected = fixture.GetProperty("p_value").Doubles();
        for (int i = 0; i < scores.Length; i++)
        {
            Assert.Equal(expected[i], table.PValue(-scores[i]), Tolerance);
            Assert.Equal(1 - expected[i], table.OodScore(-scores[i]), Tolerance);
        }
    }

    [Fact]
    public void Infinite_scores_are_counted_and_NaN_is_the_most_unusual()
    {
        ConformalTable table = ConformalTable.Create([float.PositiveInfinity, 0, float.NegativeInfinity]);
        Assert.Equal(0.5, table.PValue(float.PositiveInfinity));
        Assert.Equal(1, table.PValue(float.NegativeInfinity));
        Assert.Equal(0.25, table.PValue(float.NaN));
        Assert.Equal(0.75, table.OodScore(float.NaN));
    }

    [Fact]
    public void A_smaller_table_never_gives_a_lower_p_value_and_stays_close()
    {
        Gen.Select(Gen.Int[-20, 20].Array[1, 300], Gen.Int[1, 60], Gen.Int[-21, 21]).Sample((values, capacity, at) =>
        {
            float[] scores = [.. values.Select(value => (float)value)];
            ConformalTable full = ConformalTable.Create(scores, int.MaxValue);
            ConformalTable thin = ConformalTable.Create(scores, capacity);
            double difference = thin.PValue(at) - full.PValue(at);
            Assert.Equal(Math.Min(capacity, scores.Length), thin.Count);
            Assert.InRange(difference, -1e-12, 1.0 / (thin.Count + 1) + 1e-12);
        });
    }

    [Fact]
    public void A_table_of_distinct_scores_flags_at_most_the_share_promised()
    {
        // Exchangeability made exhaustive: each of n+1 rows in turn is the new one.
        float[] scores = [.. Enumerable.Range(0, 40).Select(i => (float)Math.Sin(i))];
        foreach (int capacity in new[] { 39, 10, 7 })
        {
            for (int percent = 1; percent < 100; percent++)
            {
                int flagged = scores.Where((score, i) => ConformalTable.Create([.. scores[..i], .. scores[(i + 1)..]], capacity).OodScore(score) > 1 - percent / 100.0 + 1e-12).Count();
                Assert.True(flagged <= scores.Length * percent / 100.0, $"{flagged} of {scores.Length} flagged at {percent} %");
            }
        }
    }

    [Fact]
    public void Impossible_tables_are_refused()
    {
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => ConformalTable.Create([])).Message, StringComparison.Ordinal);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => ConformalTable.Create([1, float.NaN])).Message, StringComparison.Ordinal);
        Assert.Contains("descend", Assert.Throws<ArgumentException>(() => ConformalTable.FromDescending([1, 2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ConformalTable.Create([1], capacity: 0));
    }
}
