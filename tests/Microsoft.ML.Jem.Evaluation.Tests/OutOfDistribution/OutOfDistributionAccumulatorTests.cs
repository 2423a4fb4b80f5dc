using System.Text.Json;
using CsCheck;
using Microsoft.ML.Jem.Tests.Fixtures;

namespace Microsoft.ML.Jem.Evaluation.Tests;

public class OutOfDistributionAccumulatorTests
{
    private const double Tolerance = 1e-10;

    [Fact]
    public void Metrics_equal_the_reference_with_and_without_ties()
    {
        JsonProperty[] sets = [.. Fixture.Load("metrics_ood.json").EnumerateObject().Where(set => set.Value.ValueKind == JsonValueKind.Object)];
        Assert.True(sets.Length >= 6);
        foreach (JsonProperty set in sets)
        {
            JsonElement expected = set.Value;
            // The fixture's scores rise towards in-distribution rows; ours towards the others.
            OutOfDistributionMetrics metrics = Evaluate(
                expected.GetProperty("id_scores").Doubles().Select(score => -score), expected.GetProperty("ood_scores").Doubles().Select(score => -score));

            Assert.Equal(expected.GetProperty("auroc").GetDouble(), metrics.AreaUnderRocCurve, Tolerance);
            Assert.Equal(expected.GetProperty("aupr_in_average_precision").GetDouble(), metrics.AveragePrecisionIn, Tolerance);
            Assert.Equal(expected.GetProperty("aupr_out_average_precision").GetDouble(), metrics.AveragePrecisionOut, Tolerance);
            Assert.Equal(expected.GetProperty("aupr_in_trapezoid").GetDouble(), metrics.AreaUnderPrecisionRecallIn, Tolerance);
            Assert.Equal(expected.GetProperty("aupr_out_trapezoid").GetDouble(), metrics.AreaUnderPrecisionRecallOut, Tolerance);
            Assert.Equal(expected.GetProperty("fpr_at_95_tpr").GetDouble(), metrics.MissRateAt95PercentAccepted, Tolerance);
            Assert.Equal(expected.GetProperty("threshold_at_95_tpr").GetDouble(), -metrics.AcceptanceThreshold, Tolerance);
        }
    }

    [Fact]
    public void The_two_conventions_mirror_each_other()
    {
        Gen.Int[-5, 5].Select(score => (double)score).Array[1, 40].Select(Gen.Int[-5, 5].Select(score => (double)score).Array[1, 40]).Sample((inside, outside) =>
        {
            OutOfDistributionMetrics metrics = Evaluate(inside, outside);
            OutOfDistributionMetrics mirrored = Evaluate(outside.Select(score => -score), inside.Select(score => -score));
            Assert.Equal(metrics.MissRateAt95PercentAccepted, mirrored.FalseAlarmRateAt95PercentDetected, Tolerance);
            Assert.Equal(metrics.AcceptanceThreshold, -mirrored.DetectionThreshold, Tolerance);
            Assert.Equal(metrics.AreaUnderRocCurve, mirrored.AreaUnderRocCurve, Tolerance);
            Assert.Equal(metrics.DetectionError, mirrored.DetectionError, Tolerance);
        });
    }

    [Fact]
    public void Area_and_detection_error_equal_their_definitions()
    {
        Gen.Int[-5, 5].Select(score => (double)score).Array[1, 30].Select(Gen.Int[-5, 5].Select(score => (double)score).Array[1, 30]).Sample((inside, outside) =>
        {
            OutOfDistributionMetrics metrics = Evaluate(inside, outside);
            double area = (from i in inside from o in outside select o > i ? 1 : o == i ? 0.5 : 0).Average();
            double error = Enumerable.Range(-7, 14).Min(t => (inside.Average(i => i > t ? 1.0 : 0) + outside.Average(o => o <= t ? 1.0 : 0)) / 2);
            Assert.Equal(area, metrics.AreaUnderRocCurve, Tolerance);
            Assert.Equal(error, metrics.DetectionError, Tolerance);
        });
    }

    [Fact]
    public void Rates_at_a_threshold_count_scores_above_it()
    {
        var rows = new OutOfDistributionAccumulator(threshold: 0.95);
        foreach (double score in new[] { 0.1, 0.95, 0.96, double.NaN })
            rows.AddInDistribution(score);
        rows.AddOutOfDistribution(0.99);
        OutOfDistributionMetrics metrics = rows.ToMetrics();
        Assert.Equal(1.0 / 3, metrics.FalseAlarmRate, Tolerance);
        Assert.Equal(1, metrics.DetectionRate);
        Assert.Equal(1, metrics.SkippedRowCount);
    }

    [Fact]
    public void Rows_of_one_kind_only_are_an_error()
    {
        var rows = new OutOfDistributionAccumulator(0.95);
        rows.AddInDistribution(1);
        Assert.Contains("both kinds", Assert.Throws<InvalidOperationException>(rows.ToMetrics).Message, StringComparison.Ordinal);
    }

    private static OutOfDistributionMetrics Evaluate(IEnumerable<double> inside, IEnumerable<double> outside)
    {
        var rows = new OutOfDistributionAccumulator(threshold: 0);
        foreach (double score in inside)
            rows.AddInDistribution(score);
        foreach (double score in outside)
            rows.AddOutOfDistribution(score);
        return rows.ToMetrics();
    }
}
