using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class JemTrainingOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => new JemTrainingOptions().Validate();

    [Fact]
    public void All_mistakes_are_reported_at_once_with_value_and_range()
    {
        var options = new JemTrainingOptions
        {
            Network = null!,
            MarginalWeight = double.NaN,
            SamplerSteps = 0,
            StepSize = -1.5,
            GradientClip = 0,
            RestartProbability = 1.5,
            HeldOutFraction = 1,
            NumberOfEpochs = 0,
            MaximumTrainingTime = TimeSpan.Zero,
            FeatureLimit = float.NaN,
            Decay = (LearningRateDecay)7,
        };

        var error = Assert.Throws<ArgumentOutOfRangeException>(options.Validate);

        string[] names = ["Network", "MarginalWeight", "SamplerSteps", "StepSize", "GradientClip", "RestartProbability", "HeldOutFraction", "NumberOfEpochs", "MaximumTrainingTime", "FeatureLimit", "Decay"];
        Assert.All(names, name => Assert.Contains($"- {name} is", error.Message));
        Assert.Contains("- StepSize is -1.5: expected a finite number above 0.", error.Message);
        Assert.Contains("- RestartProbability is 1.5: expected a number from 0 to 1.", error.Message);
        Assert.Contains("- MaximumTrainingTime is 00:00:00: expected a time above 0, or null for no limit.", error.Message);
        Assert.Equal(names.Length, error.Message.Split("\n- ").Length - 1);
    }

    [Fact]
    public void Updates_that_would_teach_nothing_are_refused()
    {
        var options = new JemTrainingOptions { ClassificationWeight = 0, SampleInterval = 2 };
        var error = Assert.Throws<ArgumentOutOfRangeException>(options.Validate);
        Assert.Contains("- SampleInterval is 2: expected 1 or null where ClassificationWeight is 0", error.Message);
    }

    [Fact]
    public void A_loss_without_any_term_is_refused()
    {
        var options = new JemTrainingOptions { ClassificationWeight = 0, MarginalWeight = 0 };
        var error = Assert.Throws<ArgumentOutOfRangeException>(options.Validate);
        Assert.Contains("at least one of them above 0", error.Message);
    }

    [Theory]
    [InlineData(64, 500)]
    [InlineData(1000, 94)]
    [InlineData(1_000_000, 3)]
    public void A_density_alone_is_trained_for_a_number_of_updates(int rowCount, int epochs)
    {
        var rows = new TrainingRows(new DenseFeatureMatrix(new float[rowCount], rowCount, 1), new int[rowCount], null, 2);
        var options = new JemTrainingOptions { BatchSize = 64, InputNoise = 0, ClassificationWeight = 0 };
        Assert.Equal(epochs, TrainingPlan.For(options, rows, new Standardization([0], [1], 3)).Epochs);
        options.ClassificationWeight = 1;
        Assert.Null(TrainingPlan.For(options, rows, new Standardization([0], [1], 3)).Epochs);
    }
}
