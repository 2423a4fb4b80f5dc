using System.Text.Json;
using CsCheck;
using Microsoft.ML.Jem.Tests.Fixtures;

namespace Microsoft.ML.Jem.Evaluation.Tests;

public class CalibrationAccumulatorTests
{
    private const double Tolerance = 1e-10;

    [Theory]
    [InlineData("multiclass")]
    [InlineData("binary")]
    [InlineData("edges")]
    public void Metrics_and_bins_equal_the_reference(string set)
    {
        JsonElement fixture = Fixture.Load("metrics_calibration.json").GetProperty(set);
        foreach (JsonElement expected in fixture.GetProperty("right_closed").EnumerateArray())
        {
            JsonElement[] bins = [.. expected.GetProperty("bins_count_meanconf_acc").EnumerateArray()];
            CalibrationMetrics metrics = Evaluate(fixture, bins.Length);

            Assert.Equal(fixture.GetProperty("accuracy").GetDouble(), metrics.Accuracy, Tolerance);
            Assert.Equal(fixture.GetProperty("nll").GetDouble(), metrics.LogLoss, Tolerance);
            Assert.Equal(fixture.GetProperty("brier_sum_over_classes").GetDouble(), metrics.BrierScore, Tolerance);
            Assert.Equal(expected.GetProperty("ece").GetDouble(), metrics.ExpectedCalibrationError, Tolerance);
            Assert.Equal(expected.GetProperty("mce").GetDouble(), metrics.MaximumCalibrationError, Tolerance);
            for (int k = 0; k < bins.Length; k++)
            {
                Assert.Equal(bins[k][0].GetInt64(), metrics.Bins[k].Count);
                Assert.Equal(Number(bins[k][1]), metrics.Bins[k].MeanConfidence, Tolerance);
                Assert.Equal(Number(bins[k][2]), metrics.Bins[k].Accuracy, Tolerance);
            }
        }
    }

    [Theory]
    [InlineData("multiclass", 15, 0.0929277676293739, new[] { 0.076059091007, 0.094796314341, 0.09592406694, 0.091363090614, 0.106496275246 })]
    [InlineData("binary", 10, 0.07230450695682873, new[] { 0.072304506957, 0.072304506957 })]
    [InlineData("edges", 8, 0.21875, new[] { 0.1875, 0.34375, 0.125 })]
    public void Class_wise_errors_equal_those_of_a_program_in_Python(string set, int binCount, double mean, double[] byClass)
    {
        CalibrationMetrics metrics = Evaluate(Fixture.Load("metrics_calibration.json").GetProperty(set), binCount);

        Assert.Equal(mean, metrics.ClasswiseExpectedCalibrationError, Tolerance);
        Assert.Equal(byClass.Length, metrics.ExpectedCalibrationErrorByClass.Count);
        for (int k = 0; k < byClass.Length; k++)
            Assert.Equal(byClass[k], metrics.ExpectedCalibrationErrorByClass[k], Tolerance);
    }

    [Fact]
    public void A_confidence_on_a_bound_falls_into_the_bin_below_it()
    {
        Gen.Select(Gen.Int[1, 1000], Gen.Int[0, 1000]).Where((bins, k) => k <= bins).Sample((bins, k) =>
        {
            ReliabilityBin[] result = ReliabilityBins.OfEqualWidth([(double)k / bins], [true], bins);
            Assert.Equal(Math.Max(k - 1, 0), Array.FindIndex(result, bin => bin.Count == 1));
        });
    }

    [Fact]
    public void Every_row_is_in_one_bin_of_either_kind_and_the_bins_keep_its_bounds()
    {
        Gen.Select(Gen.Int[0, 40].Select(i => i / 40.0).Array[1, 100], Gen.Int[1, 30]).Sample((confidences, binCount) =>
        {
            bool[] hits = [.. confidences.Select((_, i) => i % 3 == 0)];
            foreach (ReliabilityBin[] bins in new[] { ReliabilityBins.OfEqualWidth(confidences, hits, binCount), ReliabilityBins.OfEqualMass(confidences, hits, binCount) })
            {
                Assert.Equal(confidences.Length, bins.Sum(bin => bin.Count));
                Assert.Equal(confidences.Average(), bins.Where(bin => bin.Count > 0).Sum(bin => bin.Count * bin.MeanConfidence) / confidences.Length, 1e-12);
                Assert.All(bins.Where(bin => bin.Count > 0), bin => Assert.InRange(bin.MeanConfidence, bin.LowerBound - 1e-12, bin.UpperBound + 1e-12));
                Assert.True(bins.Length <= binCount);
            }
        });
    }

    [Fact]
    public void Equal_mass_bins_hold_equally_many_rows_and_do_not_depend_on_row_order()
    {
        double[] confidences = [0.9, 0.1, 0.5, 0.3, 0.7, 0.2];
        bool[] hits = [true, false, true, false, true, true];
        ReliabilityBin[] bins = ReliabilityBins.OfEqualMass(confidences, hits, 3);
        Assert.Equal([2, 2, 2], bins.Select(bin => bin.Count));
        Assert.Equal(new ReliabilityBin(0.1, 0.2, 2, (0.1 + 0.2) / 2, 0.5), bins[0]);

        ReliabilityBin[] tied = ReliabilityBins.OfEqualMass([0.5, 0.5, 0.5, 0.5], [true, false, false, false], 4);
        Assert.Equal(new ReliabilityBin(0.5, 0.5, 4, 0.5, 0.25), Assert.Single(tied));
    }

    [Fact]
    public void Rows_without_a_label_or_with_NaN_are_skipped_and_counted()
    {
        var rows = new CalibrationAccumulator();
        rows.Add([0.75, 0.25], 0);
        rows.Add([0.75, 0.25], -1);
        rows.Add([float.NaN, 0.25f], 0);
        CalibrationMetrics metrics = rows.ToMetrics();
        Assert.Equal(1, metrics.RowCount);
        Assert.Equal(2, metrics.SkippedRowCount);
        Assert.Equal(0.25, metrics.ExpectedCalibrationError, Tolerance);
    }

    [Fact]
    public void A_probability_of_zero_gives_a_finite_log_loss()
    {
        var rows = new CalibrationAccumulator();
        rows.Add([1.0, 0.0], 1);
        Assert.Equal(-Math.Log(1e-15), rows.ToMetrics().LogLoss, Tolerance);
    }

    [Fact]
    public void A_label_beyond_the_classes_is_skipped()
    {
        var rows = new CalibrationAccumulator();
        rows.Add([0.75, 0.25], 0);
        rows.Add([0.75, 0.25], 2);
        Assert.Equal((1, 1), (rows.ToMetrics().RowCount, rows.ToMetrics().SkippedRowCount));
    }

    [Fact]
    public void No_rows_are_an_error() =>
        Assert.Contains("no row", Assert.Throws<InvalidOperationException>(() => new CalibrationAccumulator().ToMetrics()).Message, StringComparison.Ordinal);

    private static double Number(JsonElement element) => element.ValueKind == JsonValueKind.Null ? double.NaN : element.GetDouble();

    private static CalibrationMetrics Evaluate(JsonElement fixture, int binCount)
    {
        var rows = new CalibrationAccumulator(binCount);
        int[] labels = fixture.GetProperty("labels").Ints();
        for (int i = 0; i < labels.Length; i++)
            rows.Add(fixture.GetProperty("probs")[i].Doubles(), labels[i]);
        return rows.ToMetrics();
    }
}
