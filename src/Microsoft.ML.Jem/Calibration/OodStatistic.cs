namespace Microsoft.ML.Jem.Calibration;

/// <summary>What <c>OodScore</c> is made of. All follow one convention: higher = less like the training data.</summary>
public enum OodStatistic
{
    /// <summary>
    /// Energy (counted twice), highest probability, nearest hidden neighbour and reference density, as far as the network offers
    /// them: the sum of their surprises (Fisher's method), calibrated once more.
    /// </summary>
    Combination,

    /// <summary>The energy E(x) = −logsumexp f(x). Strong on rows far from the data.</summary>
    Energy,

    /// <summary>One minus the highest class probability. Strong on rows between known classes.</summary>
    MaxProbability,

    /// <summary>
    /// The norm of ∂ log p(x)/∂x, the negated approximate mass of the paper's section 5.3: small around typical rows. Only
    /// networks that write their input gradient to ONNX have it.
    /// </summary>
    ApproximateMass,

    /// <summary>−log q(x) of Gaussians around the classes. It rises in every direction away from the data.</summary>
    ReferenceDensity,

    /// <summary>
    /// Distance from the direction of the last hidden layer to the nearest of 64 directions it took on training rows. Sees rows
    /// between known classes. Sun, Ming, Zhu, Li, "Out-of-distribution detection with deep nearest neighbors", ICML 2022.
    /// </summary>
    HiddenNeighbor,
}
