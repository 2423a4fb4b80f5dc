using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Tests.Features;

public sealed class HeavyTailsTests
{
    [Fact]
    public void Ordinary_features_are_left_alone() =>
        Assert.Null(HeavyTails.Fit(Column(row => MathF.Sin(row))));

    [Fact]
    public void A_heavy_tail_becomes_logarithmic_and_keeps_its_order()
    {
        HeavyTails tails = HeavyTails.Fit(Column(row => MathF.Exp(row / 50f)))!;
        float[] values = [.. Enumerable.Range(0, 1000).Select(row => Apply(tails, MathF.Exp(row / 50f)))];
        Assert.Equal(values.Order(), values);
        Assert.InRange(values[^1], 2, 20);
        Assert.InRange((values[999] - values[949]) / (values[949] - values[899]), 0.9f, 1.1f);
    }

    [Fact]
    public void Rare_indicators_and_extremes_stay_finite()
    {
        HeavyTails tails = HeavyTails.Fit(Column(row => row == 3 ? float.MaxValue : 0))!;
        Assert.True(float.IsFinite(Apply(tails, float.MaxValue)));
        Assert.True(float.IsFinite(Apply(tails, float.MinValue)));
        Assert.Equal(0, Apply(tails, 0));
    }

    private static float Apply(HeavyTails tails, float value)
    {
        float[] row = [value];
        tails.Apply(row);
        return row[0];
    }

    private static DenseFeatureMatrix Column(Func<int, float> value) =>
        new([.. Enumerable.Range(0, 1000).Select(value)], 1000, 1);
}
