using Microsoft.ML.Jem.Tests;
using Microsoft.ML.Trainers.LightGbm;

namespace Microsoft.ML.Jem.Evaluation.Tests;

/// <summary>All evaluations of the scored data of ML.NET's own trainers.</summary>
public sealed class JemEvaluationCatalogTests
{
    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData("LightGbm")]
    [InlineData("Sdca")]
    public void All_evaluations_work_with_any_trainer(string name)
    {
        MulticlassClassificationCatalog catalog = _context.MulticlassClassification;
        IEstimator<ITransformer> trainer = name == "LightGbm"
            ? catalog.Trainers.LightGbm(new LightGbmMulticlassTrainer.Options { NumberOfIterations = 20, NumberOfThreads = 1 })
            : catalog.Trainers.SdcaMaximumEntropy(new() { NumberOfThreads = 1 });
        ITransformer model = _context.Transforms.Conversion.MapValueToKey("Label").Append(trainer).Fit(Rows(seed: 1));
        IDataView scored = model.Transform(Rows(seed: 2)), others = model.Transform(Rows(seed: 3));

        CalibrationMetrics calibration = catalog.EvaluateCalibration(scored);
        CalibrationTest test = catalog.TestCalibration(scored, new CalibrationTestOptions { NumberOfResamples = 99 });
        SelectiveMetrics selective = catalog.EvaluateSelective(scored);
        PredictionSetMetrics sets = catalog.EvaluatePredictionSets(scored, others, level: 0.9);
        OutOfDistributionMetrics detection = OutOfDistributionMetrics.Of(Doubts(scored), Doubts(others));
        OodScoreDrift drift = OodScoreDrift.ForScores(Doubts(scored));
        bool isAlarm = Doubts(others).Any(drift.Add);

        Assert.InRange(calibration.Accuracy, 0.8, 1);
        Assert.Equal(catalog.Evaluate(scored).MicroAccuracy, calibration.Accuracy, 1e-9);
        Assert.Equal(catalog.Evaluate(scored).LogLoss, calibration.LogLoss, 1e-4);
        Assert.Equal(calibration.ExpectedCalibrationError, test.ExpectedCalibrationError, 1e-12);
        Assert.InRange(test.UpperBound, test.LowerBound, 1);
        Assert.Equal(1 - calibration.Accuracy, selective.ErrorRate, 1e-12);
        Assert.InRange(selective.AreaUnderGeneralizedRiskCoverageCurve, 0, selective.ErrorRate / 2);
        Assert.Equal(selective.ErrorRate, selective.RiskAtCoverage(1));
        Assert.InRange(sets.Coverage, 0.8, 1);
        Assert.Equal(sets.RowCount, sets.CoverageByClass.Sum(coverage => coverage.RowCount));
        Assert.InRange(detection.AreaUnderRocCurve, 0.4, 0.6);
        Assert.False(isAlarm);
    }

    [Fact]
    public void A_column_of_any_name_is_rated()
    {
        IDataView Doubted(float from) => _context.Data.LoadFromEnumerable(Enumerable.Range(0, 20).Select(i => new Doubted { Doubt = from + i }));

        OutOfDistributionMetrics metrics = _context.MulticlassClassification.EvaluateOutOfDistribution(Doubted(0), Doubted(10), "Doubt", threshold: 18);

        Assert.Equal((350 / 400.0, 1 / 20.0, 11 / 20.0), (metrics.AreaUnderRocCurve, metrics.FalseAlarmRate, metrics.DetectionRate));
    }

    private IDataView Rows(int seed) => _context.Data.LoadFromEnumerable(TestData.Clouds(seed: seed));

    private double[] Doubts(IDataView scored) =>
        [.. _context.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false).Select(row => 1.0 - row.Score.Max())];

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }

    private sealed class Doubted
    {
        public float Doubt { get; set; }
    }
}
