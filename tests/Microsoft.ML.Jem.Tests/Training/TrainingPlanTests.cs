using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class TrainingPlanTests
{
    [Fact]
    public void Perceptrons_draw_samples_with_every_second_update() => Assert.Equal(2, Plan(Digits.Train).SampleInterval);

    [Fact]
    public void Samples_come_with_every_update_where_they_teach_most()
    {
        TrainingRows rows = Digits.Train;
        Assert.Equal(1, Plan(rows with { Labels = [TrainingRows.Unlabelled, .. rows.Labels.Skip(1)] }).SampleInterval);
        Assert.Equal(1, Plan(rows, options => options.ClassificationWeight = 0).SampleInterval);
        Assert.Equal(1, Plan(rows, options => options.Network = new WideResNet(10, 1, new(1, 8, 8))).SampleInterval);
    }

    [Fact]
    public void The_users_interval_counts() => Assert.Equal(7, Plan(Digits.Train, options => options.SampleInterval = 7).SampleInterval);

    [Theory]
    [InlineData(4999, 64)]
    [InlineData(5000, 128)]
    [InlineData(100_000, 512)]
    public void Batches_grow_with_the_rows(int rowCount, int batchSize)
    {
        var rows = new TrainingRows(new DenseFeatureMatrix(new float[rowCount], rowCount, 1), new int[rowCount], null, 2);
        Assert.Equal(batchSize, Plan(rows).BatchSize);
    }

    private static TrainingPlan Plan(TrainingRows rows, Action<JemTrainingOptions>? change = null)
    {
        JemTrainingOptions options = new JemTrainingOptions().With(change ?? (_ => { }));
        return TrainingPlan.For(options, rows, Standardization.Fit(rows.Features, options.FeatureLimit));
    }
}
