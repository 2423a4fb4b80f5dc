using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Sampling;

/// <summary>Draws points of an initial distribution p0.</summary>
/// <param name="distribution">The kind of p0.</param>
/// <param name="gaussians">The classes' Gaussians; needed for <see cref="InitialDistribution.ClassGaussian"/> only.</param>
/// <param name="featureCount">Features a row, d.</param>
/// <param name="generator">The source of randomness; its device is the device of the points.</param>
internal sealed class ChainStarts(InitialDistribution distribution, ClassGaussians? gaussians, int featureCount, Generator generator)
{
    /// <summary>Draws a point for each class asked for.</summary>
    /// <param name="y">A class a row, int64 [n].</param>
    /// <returns>Points [n, d].</returns>
    public Tensor Draw(Tensor y) => distribution switch
    {
        InitialDistribution.ClassGaussian => gaussians!.Draw(y, generator),
        InitialDistribution.Normal => randn([y.shape[0], featureCount], float32, generator.device, generator: generator),
        InitialDistribution.Uniform => empty([y.shape[0], featureCount], float32, generator.device).uniform_(-1, 1, generator),
        _ => throw new ArgumentOutOfRangeException(nameof(distribution), distribution, "Expected ClassGaussian, Normal or Uniform."),
    };
}
