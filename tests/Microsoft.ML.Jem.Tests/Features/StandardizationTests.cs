using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Tests.Features;

public sealed class StandardizationTests
{
    [Fact]
    public void Rows_leave_with_mean_zero_and_deviation_one()
    {
        float[] rows = Apply([[1, 100], [2, 300], [3, 200], [6, 400]], out _);
        for (int j = 0; j < 2; j++)
        {
            double[] column = [rows[j], rows[2 + j], rows[4 + j], rows[6 + j]];
            Assert.Equal(0, column.Average(), 1e-6);
            Assert.Equal(1, column.Average(value => value * value), 1e-5);
        }
    }

    [Fact]
    public void A_constant_feature_leaves_as_zero_whatever_comes_later()
    {
        Apply([[1e8f, 0.1f], [1e8f, 0.1f]], out Standardization standardization);
        float[] later = [5, -7];
        standardization.Apply(later);
        Assert.Equal([0f, 0f], later);
    }

    [Fact]
    public void Differences_that_are_only_rounding_count_as_constant()
    {
        float next = MathF.BitIncrement(1e8f);
        Apply([[1e8f], [next], [1e8f], [next]], out Standardization standardization);
        Assert.Equal(0, standardization.Scale[0]);
    }

    [Fact]
    public void Large_means_do_not_swallow_the_deviation()
    {
        float[] rows = Apply([[1_000_000], [1_000_010], [1_000_020]], out _);
        Assert.Equal(1.2247f, rows[2], 1e-3f);
    }

    [Fact]
    public void Values_up_to_1e30_stay_finite()
    {
        float[] rows = Apply([[1e30f, 1e-30f, 1], [-1e30f, 2e-30f, 1e30f], [0, 3e-30f, 2]], out _);
        Assert.All(rows, value => Assert.True(float.IsFinite(value)));
        Assert.InRange(rows[0], 1.2f, 1.3f);
    }

    [Fact]
    public void An_almost_constant_feature_is_clipped()
    {
        float[][] rows = [.. Enumerable.Range(0, 1000).Select(i => new float[] { i == 7 ? 1 : 0 })];
        float[] standardized = Apply(rows, out Standardization standardization);
        Assert.Equal(10, standardized[7]);
        float[] later = [1e20f];
        standardization.Apply(later);
        Assert.Equal(10, later[0]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_value_that_is_no_finite_number_is_named(float value)
    {
        var error = Assert.Throws<ArgumentException>(() => Apply([[1, 2], [3, value]], out _));
        Assert.Contains("Feature 1 of row 1", error.Message);
    }

    [Fact]
    public void No_rows_are_refused() => Assert.Throws<ArgumentException>(() => Standardization.Fit(new DenseFeatureMatrix([], 0, 3)));

    private static float[] Apply(float[][] rows, out Standardization standardization)
    {
        float[] values = [.. rows.SelectMany(row => row)];
        standardization = Standardization.Fit(new DenseFeatureMatrix([.. values], rows.Length, rows[0].Length), 10);
        standardization.Apply(values);
        return values;
    }
}
