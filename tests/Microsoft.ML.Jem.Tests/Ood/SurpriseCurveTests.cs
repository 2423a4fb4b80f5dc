using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.Tests.Ood;

public sealed class SurpriseCurveTests
{
    private static readonly float[] Uniform = [.. Enumerable.Range(0, 1001).Select(i => i / 1000f)];

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(0.5)]
    [InlineData(0.85)]
    public void Surprise_is_minus_the_logarithm_of_the_share_above(double share) =>
        Assert.Equal(-Math.Log(1 - share), SurpriseCurve.Fit(Uniform).Of((float)share), 0.02);

    [Fact]
    public void Surprise_never_falls_and_goes_on_rising_beyond_all_held_out_rows()
    {
        SurpriseCurve curve = SurpriseCurve.Fit([.. Enumerable.Range(0, 300).Select(i => (float)Math.Tan((i - 150) / 100.0))]);
        float[] surprise = [.. Enumerable.Range(-100, 3000).Select(i => curve.Of(i / 10f))];
        Assert.Equal(surprise.Order(), surprise);
        Assert.True(curve.Of(1000) > curve.Of(500) + 1);
        Assert.True(float.IsFinite(curve.Of(float.MaxValue)));
    }

    [Fact]
    public void The_tail_is_exponential()
    {
        var random = new Random(1);
        SurpriseCurve curve = SurpriseCurve.Fit([.. Enumerable.Range(0, 20_000).Select(_ => (float)(-2 * Math.Log(1 - random.NextDouble())))]);
        Assert.Equal(10, curve.Of(20), 0.5);
    }

    [Fact]
    public void Rows_that_are_all_alike_leave_a_finite_curve()
    {
        SurpriseCurve curve = SurpriseCurve.Fit([2, 2, 2]);
        Assert.Equal(0, curve.Of(2));
        Assert.Equal(0, curve.Of(-5));
        Assert.True(curve.Of(3) > 1 && float.IsFinite(curve.Of(3)));
        Assert.True(float.IsNaN(curve.Of(float.NaN)));
    }

    [Fact]
    public void A_weight_multiplies_the_surprise() =>
        Assert.Equal(2 * SurpriseCurve.Fit(Uniform).Of(0.7f), SurpriseCurve.Fit(Uniform).Times(2).Of(0.7f), 1e-5);
}
