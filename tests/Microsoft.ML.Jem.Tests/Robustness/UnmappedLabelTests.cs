using Microsoft.ML.Jem.Evaluation;

namespace Microsoft.ML.Jem.Tests.Robustness;

/// <summary>Evaluations of a Jem model take the label as it was before MapValueToKey, and measure the same.</summary>
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
    public void Text_labels_give_the_same_accuracy_under_attack()
    {
        var options = new RobustnessOptions { Epsilons = [0.5], Steps = 2, MaximumRows = 30, Seed = 1 };

        RobustnessMetrics expected = _catalog.EvaluateRobustness(model.Jem, Mapped, options);
        RobustnessMetrics actual = _catalog.EvaluateRobustness(model.Jem, model.Data, options);

        Assert.Equal(30, actual.RowCount);
        Assert.Equal(expected.Accuracy, actual.Accuracy);
        Assert.Equal(expected.Curve, actual.Curve);
    }
}
