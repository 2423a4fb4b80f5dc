namespace Microsoft.ML.Jem.Sampling;

/// <summary>p0: where Langevin chains begin, in standardised features.</summary>
public enum InitialDistribution
{
    /// <summary>A Gaussian for each class, fitted to its training rows (JEM++, Yang and Ji, ICCV 2021).</summary>
    ClassGaussian,

    /// <summary>A standard normal, the same for every class.</summary>
    Normal,

    /// <summary>Each feature uniformly from −1 to 1, the paper's choice for images.</summary>
    Uniform,
}
