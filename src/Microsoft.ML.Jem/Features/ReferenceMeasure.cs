namespace Microsoft.ML.Jem.Features;

/// <summary>
/// A simple density of standardised rows beside the network's: a Gaussian a class,
/// q(z) = Σ_k exp(LogWeights_k − ½‖A_k·z − c_k‖²). It falls off in every direction, which a network's logsumexp need not do.
/// </summary>
/// <remarks>
/// The class-conditional Gaussians of Lee, Lee, Lee, Shin, "A simple unified framework for detecting out-of-distribution samples
/// and adversarial attacks", NeurIPS 2018, on the features instead of a hidden layer.
/// </remarks>
/// <param name="Whitening">
/// A, row-major: [K, d, d] where each class has its own covariance, [r, d] where all share one, [d] where that is diagonal.
/// </param>
/// <param name="Centres">c, [K, r] row-major: the whitened class means.</param>
/// <param name="LogWeights">Logarithms of the classes' shares and of the normalisation, [K].</param>
/// <param name="Width">d, features in a row.</param>
/// <param name="Residual">
/// What is known of the d − r directions that A leaves out; null where A leaves out none, and in models of older versions.
/// </param>
internal sealed record ReferenceMeasure(float[] Whitening, float[] Centres, float[] LogWeights, int Width, ResidualGaussian? Residual = null)
{
    /// <summary>Where the features of a reference measure are clipped at the earliest, in standard deviations.</summary>
    private const float NarrowestLimit = 10;

    /// <summary>
    /// Where the measure clips features that the network clips at <paramref name="networkLimit"/>. The network is better off
    /// without outliers, but to it a row far out along one feature looks like one at the edge of the data; the measure must see how far.
    /// </summary>
    public static float WideLimit(float networkLimit) => Math.Max(networkLimit, NarrowestLimit);

    /// <summary>K, the number of Gaussians.</summary>
    public int ComponentCount => LogWeights.Length;

    /// <summary>r, the dimension after whitening.</summary>
    public int Rank => Centres.Length / ComponentCount;

    /// <summary>Whether each class has a covariance of its own.</summary>
    public bool IsPerClass => Whitening.Length == (long)ComponentCount * Width * Rank && !IsDiagonal && ComponentCount > 1;

    /// <summary>Whether the common covariance is diagonal.</summary>
    public bool IsDiagonal => Whitening.Length == Width;
}

/// <summary>
/// A spherical Gaussian over the directions that a whitening A of less than full rank leaves out, the same for all classes. With the
/// kept directions V and their variances v, A = V/√v, what is left of a row is ‖z − m‖² − Σ_i v_i·(A_i·(z − m))², and q has
/// the factor exp(−½ · Precision · that). A then applies to z − m.
/// </summary>
/// <param name="Mean">m, the mean of all rows, [d].</param>
/// <param name="Variances">v, the variances of the kept directions, [r].</param>
/// <param name="Precision">The reciprocal of the mean variance of the directions left out.</param>
internal sealed record ResidualGaussian(float[] Mean, float[] Variances, float Precision);
