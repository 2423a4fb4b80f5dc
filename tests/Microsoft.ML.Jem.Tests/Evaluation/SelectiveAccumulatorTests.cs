using CsCheck;
using Microsoft.ML.Jem.Evaluation;

namespace Microsoft.ML.Jem.Tests.Evaluation;

public class SelectiveAccumulatorTests
{
    [Fact]
    public void The_curve_and_its_area_equal_a_hand_calculation()
    {
        SelectiveMetrics metrics = Evaluate([(0.9, true), (0.8, false), (0.7, true), (0.6, true)]);
        Assert.Equal([(0.25, 0.0), (0.5, 0.5), (0.75, 1 / 3.0), (1, 0.25)], metrics.Curve.Select(point => (point.Coverage, point.Risk)));
        Assert.Equal((0 + 1 / 2.0 + 1 / 3.0 + 1 / 4.0) / 4, metrics.AreaUnderRiskCoverageCurve, 1e-12);
        Assert.Equal((1 / 2.0 + 1 / 3.0) / 4, metrics.ExcessAreaUnderRiskCoverageCurve, 1e-12);
        Assert.Equal(0.25, metrics.ErrorRate);
        Assert.Equal(1, metrics.CoverageAtRisk(0.25));
        Assert.Equal(0.25, metrics.CoverageAtRisk(0.1));
    }

    [Fact]
    public void Ties_give_the_mean_over_their_orders()
    {
        SelectiveMetrics metrics = Evaluate([(0.9, true), (0.5, true), (0.5, false)]);
        double rightFirst = (0 + 0 + 1 / 3.0) / 3;
        double wrongFirst = (0 + 1 / 2.0 + 1 / 3.0) / 3;
        Assert.Equal((rightFirst + wrongFirst) / 2, metrics.AreaUnderRiskCoverageCurve, 1e-12);
        Assert.Equal(2, metrics.Curve.Count);
    }

    [Fact]
    public void Row_order_does_not_matter_and_the_excess_is_never_negative()
    {
        Gen.Select(Gen.Int[0, 5].Select(i => i / 5.0), Gen.Bool).Array[1, 40].Sample(rows =>
        {
            SelectiveMetrics metrics = Evaluate(rows);
            SelectiveMetrics reversed = Evaluate([.. rows.Reverse()]);
            Assert.Equal(metrics.AreaUnderRiskCoverageCurve, reversed.AreaUnderRiskCoverageCurve, 1e-12);
            Assert.True(metrics.ExcessAreaUnderRiskCoverageCurve >= -1e-12);
            Assert.Equal(metrics.ErrorRate, metrics.Curve[^1].Risk);
        });
    }

    [Fact]
    public void Rows_without_a_label_are_skipped_and_none_left_is_an_error()
    {
        var rows = new SelectiveAccumulator();
        rows.Add(0.5, null);
        rows.Add(double.NaN, true);
        Assert.Contains("2 rows were skipped", Assert.Throws<InvalidOperationException>(rows.ToMetrics).Message, StringComparison.Ordinal);
    }

    private static SelectiveMetrics Evaluate((double Confidence, bool Hit)[] answers)
    {
        var rows = new SelectiveAccumulator();
        foreach ((double confidence, bool hit) in answers)
            rows.Add(confidence, hit);
        return rows.ToMetrics();
    }
}
