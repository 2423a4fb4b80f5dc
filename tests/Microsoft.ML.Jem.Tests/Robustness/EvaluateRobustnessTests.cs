using Microsoft.ML.Jem.Evaluation;

namespace Microsoft.ML.Jem.Tests.Robustness;

[Collection("Torch")]
public sealed class EvaluateRobustnessTests(CloudModel model) : IClassFixture<CloudModel>
{
    [Theory]
    [InlineData(AttackNorm.LInfinity)]
    [InlineData(AttackNorm.L2)]
    public void Accuracy_falls_as_the_adversary_may_move_rows_farther(AttackNorm norm)
    {
        RobustnessMetrics metrics = Evaluate(new RobustnessOptions { Norm = norm, Epsilons = [3, 0.1, 0.5], Steps = 6, Restarts = 1 });
        Assert.Equal([0.1, 0.5, 3], metrics.Curve.Select(point => point.Epsilon));
        Assert.Equal(180, metrics.RowCount);
        Assert.Equal(model.Context.MulticlassClassification.EvaluateCalibration(model.Chain.Transform(model.Data)).Accuracy, metrics.Accuracy, 1e-9);
        double[] accuracies = [metrics.Accuracy, .. metrics.Curve.Select(point => point.Accuracy)];
        Assert.Equal(accuracies.OrderDescending(), accuracies);
        Assert.True(accuracies[^1] < 0.3, $"Within 3 deviations every row lies near another class, but {accuracies[^1]:P0} stand.");
        Assert.True(accuracies[1] > 0.7, $"Within a tenth of a deviation hardly a row can be moved to another class, but only {accuracies[1]:P0} stand.");
    }

    [Fact]
    public void The_unit_of_epsilon_is_the_deviation_whatever_the_unit_of_the_feature()
    {
        TestData.Row[] rows = TestData.Clouds();
        foreach (TestData.Row row in rows)
        {
            row.Features[0] *= 1000;
            row.Features[3] = 7;
        }

        IDataView data = model.Context.Data.LoadFromEnumerable(rows);
        using var chain = TestData.Pipeline(new MLContext(seed: 1)).Fit(data);
        RobustnessMetrics metrics = model.Context.MulticlassClassification.EvaluateRobustness(
            chain.LastTransformer, chain.Transform(data), new RobustnessOptions { Epsilons = [0.05, 2], Steps = 5, Restarts = 1, MaximumRows = 60 });
        Assert.True(metrics.Curve[0].Accuracy > metrics.Accuracy - 0.1);
        Assert.True(metrics.Curve[1].Accuracy < 0.5);
    }

    [Fact]
    public void Limits_of_the_features_hold_the_adversary_back()
    {
        var options = new RobustnessOptions { Epsilons = [2], Steps = 5, MaximumRows = 60 };
        double free = Evaluate(options).Curve[0].Accuracy;
        options.LowestFeature = 1e6;
        options.HighestFeature = 2e6;
        Assert.True(Evaluate(options).Curve[0].Accuracy > free, "Where features may only grow, fewer rows can be moved to another class.");
        options.LowestFeature = -1e7;
        options.HighestFeature = 1e7;
        Assert.Equal(free, Evaluate(options).Curve[0].Accuracy, 0.05);
    }

    [Fact]
    public void Refinement_is_part_of_the_attacked_model()
    {
        RobustnessMetrics refined = Evaluate(new RobustnessOptions { Epsilons = [0.5, 4], Steps = 4, Restarts = 1, RefinementSteps = 2, RefinementStepSize = 0.2, MaximumRows = 30 });
        Assert.Equal(30, refined.RowCount);
        Assert.True(refined.Accuracy > 0.8);
        Assert.True(refined.Curve[1].Accuracy < refined.Curve[0].Accuracy);

        // A huge step takes each row to a corner of its limits, and what the attack had added is lost on the way.
        var huge = new RobustnessOptions { Epsilons = [2], Steps = 4, RefinementSteps = 1, RefinementStepSize = 1e4, MaximumRows = 60 };
        double thrown = Evaluate(huge).Curve[0].Accuracy;
        huge.RefinementSteps = 0;
        Assert.NotEqual(Evaluate(huge).Curve[0].Accuracy, thrown, 0.02);
    }

    [Fact]
    public void The_seed_decides_the_result()
    {
        var options = new RobustnessOptions { Epsilons = [0.6], Steps = 2, Restarts = 1, StepSize = 0.05, MaximumRows = 60 };
        Assert.Equal(Evaluate(options).Curve, Evaluate(options).Curve);
    }

    [Fact]
    public void Rows_without_a_label_or_with_missing_features_are_counted()
    {
        TestData.Row[] rows = TestData.Clouds(20);
        rows[3].Label = "";
        rows[5].Features[1] = float.NaN;
        rows[6].Features[1] = float.PositiveInfinity;
        IDataView known = model.Context.Data.LoadFromEnumerable(TestData.Clouds());
        IDataView keyed = model.Context.Transforms.Conversion.MapValueToKey("Label").Fit(known).Transform(model.Context.Data.LoadFromEnumerable(rows));
        RobustnessMetrics metrics = model.Context.MulticlassClassification.EvaluateRobustness(model.Jem, keyed, new RobustnessOptions { Epsilons = [0.1], Steps = 1 });
        Assert.Equal(57, metrics.RowCount);
        Assert.Equal(3, metrics.SkippedRowCount);
    }

    [Fact]
    public void All_mistakes_are_reported_at_once()
    {
        var options = new RobustnessOptions
        {
            Norm = (AttackNorm)9,
            Epsilons = [0],
            Steps = 0,
            StepSize = double.NaN,
            Restarts = 0,
            RefinementSteps = -1,
            RefinementStepSize = 0,
            LowestFeature = 1,
            HighestFeature = 1,
            MaximumRows = 0,
        };
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Evaluate(options));
        foreach (string name in (string[])["Norm", "Epsilons", "Steps", "StepSize", "Restarts", "RefinementSteps", "RefinementStepSize", "LowestFeature", "MaximumRows"])
            Assert.Contains(name, error.Message);
    }

    [Fact]
    public void A_cancelled_evaluation_stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Evaluate(new RobustnessOptions { CancellationToken = source.Token }));
    }

    private RobustnessMetrics Evaluate(RobustnessOptions options) =>
        model.Context.MulticlassClassification.EvaluateRobustness(model.Jem, model.Chain.Transform(model.Data), options);
}
