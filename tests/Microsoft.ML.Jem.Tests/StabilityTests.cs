using Microsoft.ML.Jem.Quality;

namespace Microsoft.ML.Jem.Tests;

/// <summary>Training ends well whatever it is given.</summary>
public sealed class StabilityTests
{
    [Theory]
    [InlineData("step × 10, no clip")]
    [InlineData("learning rate × 10")]
    [InlineData("features to 1e6")]
    [InlineData("3 rows a class")]
    public void Hostile_settings_and_data_end_in_a_model_as_good_as_a_plain_classifier(string name)
    {
        (bool isFinite, double accuracy, double plain, int _) = HostileRuns.Run(name, seed: 0);

        Assert.True(isFinite);

        // A single run: on 2000 test rows the difference of two trainings spreads by about a point.
        Assert.True(accuracy > plain - 0.03, $"Accuracy {accuracy:F3}, but a plain classifier has {plain:F3}.");
    }

    [Fact]
    [Trait("Category", "Long")]
    public void Over_many_hostile_runs_no_more_than_a_point_of_accuracy_is_lost()
    {
        using var table = new StringWriter();

        bool isGood = HostileRuns.Run(table);

        Assert.True(isGood, table.ToString());
    }

    [Fact]
    public void How_many_members_train_at_a_time_changes_nothing()
    {
        Split split = Split.Holding("clouds", SyntheticSets.Gaussians(seed: 1, rowCount: 300), [], seed: 0);
        float[][] rows = split.Test.Rows;

        Answer[] Train(int threads)
        {
            using TrainedVariant model = Variant.Jem("few", options => (options.NumberOfThreads, options.NumberOfEpochs, options.NumberOfMembers) = (threads, 3, 3)).Fit(split, seed: 5);
            return model.Answer(rows);
        }

        Answer[] alone = Train(1), together = Train(3);
        Assert.Equal(alone.Select(answer => answer.Energy), together.Select(answer => answer.Energy));
        Assert.Equal(alone.Select(answer => answer.OodScore), together.Select(answer => answer.OodScore));
    }
}
