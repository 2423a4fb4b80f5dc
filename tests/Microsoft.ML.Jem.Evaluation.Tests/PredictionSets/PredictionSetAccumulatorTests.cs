using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Tests;
using Microsoft.ML.Jem.Tests.Fixtures;

namespace Microsoft.ML.Jem.Evaluation.Tests;

public sealed class PredictionSetAccumulatorTests
{
    private const double Tolerance = 1e-9;

    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData("0.05")]
    [InlineData("0.1")]
    [InlineData("0.2")]
    public void Prediction_sets_equal_the_reference(string alpha)
    {
        JsonElement sets = Fixture.Load("metrics_conformal.json").GetProperty("sets");
        double[] probabilities = sets.GetProperty("cal_probs").Doubles();
        int[] labels = sets.GetProperty("cal_labels").Ints();
        double[] nonconformity = [.. labels.Select((label, row) => 1 - probabilities[3 * row + label])];
        JsonElement expected = sets.GetProperty("alpha").GetProperty(alpha);

        double quantile = PredictionSets.Quantile(nonconformity, double.Parse(alpha, CultureInfo.InvariantCulture));

        Assert.Equal(expected.GetProperty("quantile").GetDouble(), quantile, Tolerance);
        JsonElement rows = sets.GetProperty("test_probs");
        for (int row = 0; row < rows.GetArrayLength(); row++)
            Assert.Equal(expected.GetProperty("sets")[row].Ints(), PredictionSets.Set(rows[row].Floats(), quantile));
    }

    [Fact]
    public void Too_few_rows_for_the_level_give_full_sets()
    {
        double quantile = PredictionSets.Quantile([0.1, 0.2, 0.3], alpha: 0.05);
        Assert.Equal(double.PositiveInfinity, quantile);
        Assert.Equal([0, 1], PredictionSets.Set([1, 0], quantile));
    }

    [Fact]
    public void A_whole_rank_is_not_lifted_by_rounding()
    {
        double[] nonconformity = [.. Enumerable.Range(1, 99).Select(i => (double)i)];
        for (int percent = 1; percent < 100; percent++)
            Assert.Equal(100 - percent, PredictionSets.Quantile(nonconformity, percent / 100.0));
    }

    [Fact]
    public void Coverage_and_sizes_are_counted_by_hand()
    {
        // Of nonconformities 0.1, 0.2, 0.3 and 0.6, the 4th smallest of 5 · 0.8 = 4.
        IDataView calibration = Rows((0, [0.9f, 0.1f]), (1, [0.2f, 0.8f]), (0, [0.7f, 0.3f]), (1, [0.6f, 0.4f]));
        IDataView data = Rows((0, [0.9f, 0.1f]), (1, [0.5f, 0.5f]), (1, [0.7f, 0.3f]), (null, [0.5f, 0.5f]), (0, [float.NaN, 0.5f]));

        PredictionSetMetrics metrics = _context.MulticlassClassification.EvaluatePredictionSets(calibration, data, level: 0.8);

        Assert.Equal(0.6, metrics.Quantile, 1e-6);
        Assert.Equal((4, 3, 2), (metrics.CalibrationRowCount, metrics.RowCount, metrics.SkippedRowCount));
        Assert.Equal(2 / 3.0, metrics.Coverage, Tolerance);
        Assert.Equal(4 / 3.0, metrics.MeanSetSize, Tolerance);
        Assert.Equal([0L, 2, 1], metrics.SetSizes);
        Assert.Equal([new ClassCoverage(1, 1), new ClassCoverage(2, 0.5)], metrics.CoverageByClass);
        Assert.Equal([0, 1], metrics.SetOf([0.45f, 0.55f]));
    }

    [Fact]
    public void A_class_without_rows_has_no_coverage_and_a_label_beyond_the_classes_is_skipped()
    {
        var rows = new PredictionSetAccumulator(level: 0.5);
        rows.AddCalibration([0.9f, 0.1f], 0);
        rows.AddCalibration([0.9f, 0.1f], 2);
        rows.Add([0.9f, 0.1f], 0);
        rows.Add([0.9f, 0.1f], 2);
        PredictionSetMetrics metrics = rows.ToMetrics();

        Assert.Equal((1, 1, 2), (metrics.CalibrationRowCount, metrics.RowCount, metrics.SkippedRowCount));
        Assert.Equal([new ClassCoverage(1, 1), new ClassCoverage(0, double.NaN)], metrics.CoverageByClass);
    }

    [Fact]
    public void Sets_of_any_trainer_cover_what_they_promise()
    {
        IDataView train = _context.Data.LoadFromEnumerable(TestData.Clouds(40, seed: 1));
        ITransformer model = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.MulticlassClassification.Trainers.SdcaMaximumEntropy(new() { NumberOfThreads = 1 })).Fit(train);
        var coverages = new List<double>();
        for (int seed = 10; seed < 40; seed++)
        {
            IDataView calibration = model.Transform(_context.Data.LoadFromEnumerable(TestData.Clouds(33, seed)));
            IDataView data = model.Transform(_context.Data.LoadFromEnumerable(TestData.Clouds(100, seed + 100)));
            coverages.Add(_context.MulticlassClassification.EvaluatePredictionSets(calibration, data, level: 0.9).Coverage);
        }

        // (n + 1) · 0.9 = 90 of n = 99: exactly 0.9 in the mean; 30 draws scatter by 0.03 / √30.
        Assert.InRange(coverages.Average(), 0.88, 0.92);
    }

    [Fact]
    public void What_cannot_be_evaluated_is_said()
    {
        IDataView rows = Rows((0, [0.9f, 0.1f])), none = Rows((null, [0.9f, 0.1f]));
        MulticlassClassificationCatalog catalog = _context.MulticlassClassification;

        Assert.Contains("no row to evaluate", Assert.Throws<InvalidOperationException>(() => catalog.EvaluatePredictionSets(rows, none)).Message);
        Assert.Contains("no row to calibrate on", Assert.Throws<InvalidOperationException>(() => catalog.EvaluatePredictionSets(none, rows)).Message);
        Assert.Contains("between 0 and 1", Assert.Throws<ArgumentOutOfRangeException>(() => catalog.EvaluatePredictionSets(rows, rows, level: 1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => PredictionSets.Quantile([1], alpha: 1));
    }

    private IDataView Rows(params (int? Label, float[] Score)[] rows) =>
        _context.Data.LoadFromEnumerable(rows.Select(row => new Row { Label = (uint?)row.Label ?? uint.MaxValue, Score = row.Score }));

    private sealed class Row
    {
        /// <summary>Zero-based; what is not below 2 is missing.</summary>
        [KeyType(2)]
        public uint Label { get; set; }

        [VectorType(2)]
        public float[] Score { get; set; } = [];
    }
}
