using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Sampling;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Benchmarks.Baseline;

/// <summary>The settings of the paper (appendix A of Grathwohl et al., ICLR 2020).</summary>
internal sealed record PaperRecipe
{
    /// <summary>Rows, and chains, an update.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Langevin steps an update.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>α.</summary>
    public double StepSize { get; init; } = 1;

    /// <summary>σ.</summary>
    public double Noise { get; init; } = 0.01;

    /// <summary>Standard deviation of the noise added to rows.</summary>
    public double InputNoise { get; init; } = 0.03;

    /// <summary>Adam's learning rate.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>Chains kept.</summary>
    public int BufferSize { get; init; } = 10_000;

    /// <summary>How often a chain starts anew.</summary>
    public double RestartProbability { get; init; } = 0.05;

    /// <summary>The same in our options.</summary>
    public JemTrainingOptions ToOptions(JemNetwork network) => new()
    {
        Network = network,
        BatchSize = BatchSize,
        SamplerSteps = Steps,
        SampleInterval = 1,
        StepSize = StepSize,
        SamplerNoise = Noise,
        GradientClip = null,
        InputNoise = InputNoise,
        LearningRate = LearningRate,
        WarmUp = 0,
        Decay = LearningRateDecay.None,
        BufferSize = BufferSize,
        RestartProbability = RestartProbability,
        InitialDistribution = InitialDistribution.Uniform,
        MarginalWeight = 1,
        EnergyPenalty = 0,
    };
}
