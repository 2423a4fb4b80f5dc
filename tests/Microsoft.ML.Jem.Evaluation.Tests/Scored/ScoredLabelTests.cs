using Microsoft.ML.Data;
using Microsoft.ML.Jem.Tests;

namespace Microsoft.ML.Jem.Evaluation.Tests;

/// <summary>Evaluations take the label as it was before MapValueToKey, and measure the same.</summary>
public sealed class ScoredLabelTests
{
    private static readonly MLContext Context = new(seed: 1);

    private readonly MulticlassClassificationCatalog _catalog = Context.MulticlassClassification;

    [Fact]
    public void Text_labels_give_the_curve_sets_and_test_of_their_keys()
    {
        IDataView scored = Score(TestData.Clouds(), "Label");

        Assert.Equal(_catalog.EvaluateSelective(scored, "Key").AreaUnderRiskCoverageCurve, _catalog.EvaluateSelective(scored).AreaUnderRiskCoverageCurve);
        Assert.Equal(_catalog.EvaluatePredictionSets(scored, scored, labelColumnName: "Key").MeanSetSize, _catalog.EvaluatePredictionSets(scored, scored).MeanSetSize);
        Assert.Equal(_catalog.TestCalibration(scored, labelColumnName: "Key").PValue, _catalog.TestCalibration(scored).PValue);
    }

    [Theory]
    [InlineData(nameof(Kinds.Text))]
    [InlineData(nameof(Kinds.Single))]
    [InlineData(nameof(Kinds.Int64))]
    [InlineData(nameof(Kinds.Byte))]
    [InlineData(nameof(Kinds.Boolean))]
    public void Any_label_gives_the_calibration_of_its_key(string label)
    {
        IDataView scored = Score(TestData.Clouds().Select(row => new Kinds(row)), label);

        CalibrationMetrics expected = _catalog.EvaluateCalibration(scored, "Key");
        CalibrationMetrics actual = _catalog.EvaluateCalibration(scored, label);

        Assert.InRange(expected.Accuracy, 0.6, 1);
        Assert.Equal(expected.LogLoss, actual.LogLoss);
        Assert.Equal(expected.RowCount, actual.RowCount);
        Assert.Equal(0, actual.SkippedRowCount);
    }

    [Fact]
    public void A_label_that_the_model_does_not_know_is_skipped_and_counted()
    {
        ITransformer model = Pipeline("Label").Fit(Context.Data.LoadFromEnumerable(TestData.Clouds()));
        TestData.Row[] rows = TestData.Clouds();
        rows[0].Label = "d";
        rows[1].Label = "";

        CalibrationMetrics metrics = _catalog.EvaluateCalibration(model.Transform(Context.Data.LoadFromEnumerable(rows)));

        Assert.Equal(2, metrics.SkippedRowCount);
        Assert.Equal(rows.Length - 2, metrics.RowCount);
    }

    [Fact]
    public void Scores_that_do_not_name_their_classes_need_a_key()
    {
        IDataView scored = Context.Data.LoadFromEnumerable([new Nameless()]);

        string message = Assert.Throws<InvalidOperationException>(() => _catalog.EvaluateCalibration(scored)).Message;

        Assert.Contains("'Label' is of type String, and score column 'Score' does not name the class of each probability", message);
    }

    [Theory]
    [InlineData("Features", "Score", "Schema mismatch for label column 'Features': expected Key<UInt32>, String, a number or Boolean, got Vector<Single, 4>")]
    [InlineData("Kind", "Score", "Could not find label column 'Kind'")]
    [InlineData("Label", "Label", "Schema mismatch for score column 'Label': expected Vector<Single>, got String")]
    [InlineData("Label", "Odds", "Could not find score column 'Odds'")]
    public void A_column_that_is_missing_or_of_another_type_is_named(string label, string score, string expected)
    {
        IDataView scored = Score(TestData.Clouds(), "Label");

        Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => _catalog.EvaluateCalibration(scored, label, score)).Message);
    }

    [Fact]
    public void A_score_to_rate_is_a_single_number()
    {
        IDataView scored = Score(TestData.Clouds(), "Label");

        string message = Assert.Throws<ArgumentOutOfRangeException>(() => _catalog.EvaluateOutOfDistribution(scored, scored, "Score")).Message;

        Assert.Contains("Schema mismatch for score column 'Score': expected Single, got Vector<Single, 3>", message);
    }

    private static EstimatorChain<ITransformer> Pipeline(string label) =>
        Context.Transforms.Conversion.MapValueToKey("Key", label)
            .Append<ITransformer>(Context.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Key"));

    private static IDataView Score<T>(IEnumerable<T> rows, string label)
        where T : class
    {
        IDataView data = Context.Data.LoadFromEnumerable(rows);
        return Pipeline(label).Fit(data).Transform(data);
    }

    /// <summary>One label in several types.</summary>
    private sealed class Kinds(TestData.Row row)
    {
        public string Text { get; set; } = row.Label;

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
