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
            FeatureLimit = float.NaN,
            Decay = (LearningRateDecay)7,
        };

        var error = Assert.Throws<ArgumentOutOfRangeException>(options.Validate);

        string[] names = ["Network", "MarginalWeight", "SamplerSteps", "StepSize", "GradientClip", "RestartProbability", "HeldOutFraction", "NumberOfEpochs", "FeatureLimit", "Decay"];
        Assert.All(names, name => Assert.Contains($"- {name} is", error.Message));
        Assert.Contains("- StepSize is -1.5: expected a finite number above 0.", error.Message);
        Assert.Contains("- RestartProbability is 1.5: expected a number from 0 to 1.", error.Message);
        Assert.Equal(names.Length, error.Message.Split("\n- ").Length - 1);
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
    public void Small_sets_are_passed_over_more_often(int rowCount, int epochs)
    {
        var rows = new TrainingRows(new DenseFeatureMatrix(new float[rowCount], rowCount, 1), new int[rowCount], null, 2);
        var options = new JemTrainingOptions { BatchSize = 64, InputNoise = 0 };
        Assert.Equal(epochs, TrainingPlan.For(options, rows, new Standardization([0], [1], 3)).Epochs);
    }

    [Fact]
    public void The_learning_rate_rises_and_then_falls_to_nothing()
    {
        var rate = new LearningRate(new JemTrainingOptions { LearningRate = 2 }, 10, 110);
        Assert.Equal(0.2, rate.Of(0), 1e-12);
        Assert.Equal(2, rate.Of(9), 1e-12);
        Assert.Equal(2, rate.Of(10), 1e-12);
        Assert.Equal(1.01, rate.Of(60), 1e-12);
        Assert.InRange(rate.Of(109), 0.02, 0.021);

        var constant = new LearningRate(new JemTrainingOptions { LearningRate = 2, Decay = LearningRateDecay.None }, 0, 110);
        Assert.Equal(2, constant.Of(0));
        Assert.Equal(2, constant.Of(109));
    }
}
