using System.Text.Json;
using CsCheck;
using Microsoft.ML.Jem.Tests.Fixtures;

namespace Microsoft.ML.Jem.Evaluation.Tests;

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
    public void The_generalized_area_equals_a_hand_calculation()
    {
        // Wrong answers among the first 0 to 4 rows: 0, 0, 1, 1, 1. Trapezoids of width 1/4 and heights in fourths.
        Assert.Equal((0 + 0.5 + 1 + 1) / 16, Evaluate([(0.9, true), (0.8, false), (0.7, true), (0.6, true)]).AreaUnderGeneralizedRiskCoverageCurve, 1e-12);

        // Ties are a slope: 0, 0, then 1 over two rows.
        Assert.Equal((0 + 0.5 * 2) / 9, Evaluate([(0.9, true), (0.5, true), (0.5, false)]).AreaUnderGeneralizedRiskCoverageCurve, 1e-12);
        Assert.Equal(0, Evaluate([(0.9, true), (0.5, true)]).AreaUnderGeneralizedRiskCoverageCurve);
        Assert.Equal(0.5, Evaluate([(0.9, false), (0.5, false)]).AreaUnderGeneralizedRiskCoverageCurve);
    }

    [Fact]
    public void The_generalized_area_equals_the_formula_of_its_authors()
    {
        Gen.Select(Gen.Int[0, 5].Select(i => i / 5.0), Gen.Bool).Array[1, 40].Sample(rows =>
        {
            double[] right = [.. rows.Where(row => row.Item2).Select(row => row.Item1)], wrong = [.. rows.Where(row => !row.Item2).Select(row => row.Item1)];
            double accuracy = (double)right.Length / rows.Length;
            double pairs = (from r in right from w in wrong select r > w ? 1 : r == w ? 0.5 : 0).DefaultIfEmpty(0).Average();

            Assert.Equal(
                accuracy * (1 - accuracy) * (1 - pairs) + (1 - accuracy) * (1 - accuracy) / 2, Evaluate(rows).AreaUnderGeneralizedRiskCoverageCurve, 1e-12);
        });
    }

    [Theory]
    [InlineData("multiclass", 0.23220555555555555)]
    [InlineData("binary", 0.0685763888888889)]
    [InlineData("edges", 0.1171875)]
    public void The_generalized_area_equals_that_of_a_program_in_Python(string set, double expected)
    {
        JsonElement fixture = Fixture.Load("metrics_calibration.json").GetProperty(set);
        int[] labels = fixture.GetProperty("labels").Ints();
        var rows = new SelectiveAccumulator();
        for (int i = 0; i < labels.Length; i++)
        {
            double[] probabilities = fixture.GetProperty("probs")[i].Doubles();
            rows.Add(probabilities.Max(), Array.IndexOf(probabilities, probabilities.Max()) == labels[i]);
        }

        Assert.Equal(expected, rows.ToMetrics().AreaUnderGeneralizedRiskCoverageCurve, 1e-10);
    }

    [Fact]
    public void Risk_at_a_coverage_is_that_of_the_first_point_that_reaches_it()
    {
        SelectiveMetrics metrics = Evaluate([(0.9, true), (0.8, false), (0.7, true), (0.6, true)]);

        Assert.Equal([0, 0.5, 1 / 3.0, 0.25], new[] { 0.25, 0.5, 0.6, 1 }.Select(metrics.RiskAtCoverage));
        foreach (double bad in new[] { 0, 1.01, double.NaN })
            Assert.Throws<ArgumentOutOfRangeException>(() => metrics.RiskAtCoverage(bad));
    }

    [Fact]
    public void Rows_that_cannot_be_answered_are_skipped()
    {
        var rows = new SelectiveAccumulator();
        rows.Add([0.4f, 0.6f], 1);
        rows.Add([0.4f, 0.6f], -1);
        rows.Add([0.4f, 0.6f], 2);
        rows.Add([0.4f, float.NaN], 0);
        SelectiveMetrics metrics = rows.ToMetrics();
        Assert.Equal((1, 3, 0), (metrics.RowCount, metrics.SkippedRowCount, metrics.ErrorRate));
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
