using Microsoft.ML.Data;
using Microsoft.ML.Jem.Evaluation;

namespace Microsoft.ML.Jem.Tests.Evaluation;

/// <summary>Evaluations take the label as it was before MapValueToKey, and measure the same.</summary>
public sealed class UnmappedLabelTests(CloudModel model) : IClassFixture<CloudModel>
{
    private readonly MulticlassClassificationCatalog _catalog = model.Context.MulticlassClassification;

    /// <summary>Scored rows with the label as a key, and with the label as text.</summary>
    private IDataView Mapped => model.Chain.Transform(model.Data);

    private IDataView Unmapped => model.Jem.Transform(model.Data);

    [Fact]
    public void Text_labels_give_the_calibration_of_their_keys()
    {
        CalibrationMetrics expected = _catalog.EvaluateCalibration(Mapped);

        CalibrationMetrics actual = _catalog.EvaluateCalibration(Unmapped);

        Assert.InRange(expected.Accuracy, 0.7, 1);
        Assert.Equal(expected.Accuracy, actual.Accuracy);
        Assert.Equal(expected.LogLoss, actual.LogLoss);
        Assert.Equal(expected.RowCount, actual.RowCount);
    }

    [Fact]
    public void Text_labels_give_the_same_curve_sets_and_detection()
    {
        Assert.Equal(_catalog.EvaluateSelective(Mapped).AreaUnderRiskCoverageCurve, _catalog.EvaluateSelective(Unmapped).AreaUnderRiskCoverageCurve);
        Assert.Equal(_catalog.EvaluatePredictionSets(Mapped, Mapped).MeanSetSize, _catalog.EvaluatePredictionSets(Unmapped, Unmapped).MeanSetSize);
        Assert.Equal(0.5, _catalog.EvaluateOutOfDistribution(Unmapped, Unmapped).AreaUnderRocCurve, 1e-9);
    }

    [Fact]
    public void Text_labels_give_the_same_accuracy_under_attack()
    {
        var options = new RobustnessOptions { Epsilons = [0.5], Steps = 2, MaximumRows = 30, Seed = 1 };

        RobustnessMetrics expected = _catalog.EvaluateRobustness(model.Jem, Mapped, options);
        RobustnessMetrics actual = _catalog.EvaluateRobustness(model.Jem, model.Data, options);

        Assert.Equal(30, actual.RowCount);
        Assert.Equal(expected.Accuracy, actual.Accuracy);
        Assert.Equal(expected.Curve, actual.Curve);
    }

    [Fact]
    public void A_label_that_the_model_does_not_know_is_skipped_and_counted()
    {
        TestData.Row[] rows = TestData.Clouds();
        rows[0].Label = "d";
        rows[1].Label = "";

        CalibrationMetrics metrics = _catalog.EvaluateCalibration(model.Jem.Transform(model.Context.Data.LoadFromEnumerable(rows)));

        Assert.Equal(2, metrics.SkippedRowCount);
        Assert.Equal(rows.Length - 2, metrics.RowCount);
    }

    [Theory]
    [InlineData(nameof(Kinds.Single))]
    [InlineData(nameof(Kinds.Int64))]
    [InlineData(nameof(Kinds.Byte))]
    [InlineData(nameof(Kinds.Boolean))]
    public void Numbers_and_truth_values_work_with_ML_NETs_own_trainers(string label)
    {
        IDataView data = model.Context.Data.LoadFromEnumerable(TestData.Clouds().Select(row => new Kinds(row)));
        IDataView scored = model.Context.Transforms.Conversion.MapValueToKey("Label", label)
            .Append(_catalog.Trainers.LbfgsMaximumEntropy()).Fit(data).Transform(data);

        CalibrationMetrics expected = _catalog.EvaluateCalibration(scored);
        CalibrationMetrics actual = _catalog.EvaluateCalibration(scored, label);

        Assert.InRange(expected.Accuracy, 0.6, 1);
        Assert.Equal(expected.LogLoss, actual.LogLoss);
        Assert.Equal(0, actual.SkippedRowCount);
    }

    [Fact]
    public void Scores_that_do_not_name_their_classes_need_a_key()
    {
        IDataView scored = model.Context.Data.LoadFromEnumerable([new Nameless()]);

        string message = Assert.Throws<InvalidOperationException>(() => _catalog.EvaluateCalibration(scored)).Message;

        Assert.Contains("'Label' is of type String, and score column 'Score' does not name the class of each probability", message);
    }

    [Fact]
    public void A_label_of_another_type_is_refused()
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => _catalog.EvaluateCalibration(Unmapped, "Features")).Message;

        Assert.Contains("Schema mismatch for label column 'Features': expected Key<UInt32>, String, a number or Boolean, got Vector<Single, 4>", message);
    }

    /// <summary>One label in several types.</summary>
    private sealed class Kinds(TestData.Row row)
    {
        public float Single { get; set; } = (row.Label[0] - 'a') / 10f;

        public long Int64 { get; set; } = row.Label[0] - 5_000_000_000;

        public byte Byte { get; set; } = (byte)row.Label[0];

        public bool Boolean { get; set; } = row.Label == "a";

        [VectorType(4)]
        public float[] Features { get; set; } = row.Features;
    }

    private sealed class Nameless
    {
        public string Label { get; set; } = "a";

        [VectorType(2)]
        public float[] Score { get; set; } = [0.5f, 0.5f];
    }
}
