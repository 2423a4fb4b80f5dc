namespace Microsoft.ML.Jem.Ood;

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

/// <summary>The list of witnesses. A new one is a file in this folder and a line here.</summary>
internal static class Witnesses
{
    /// <summary>All witnesses; those of a combination are stored and summed in this order.</summary>
    public static IReadOnlyList<WitnessKind> All { get; } =
    [
        Energy.Definition,
        MaxProbability.Definition,
        HiddenNeighbor.Definition,
        ReferenceDensity.Definition,
        ApproximateMass.Definition,
    ];

    /// <summary>The witness asked for, or those of the combination that the network offers.</summary>
    /// <param name="asked">What <c>OodScore</c> is to be made of.</param>
    /// <param name="network">Name of the network's type, for the message.</param>
    /// <param name="hasHidden">Whether the network names its last hidden layer.</param>
    /// <param name="hasGradient">Whether it writes its input gradient to ONNX.</param>
    /// <exception cref="InvalidOperationException">The network does not offer what the witness asked for needs.</exception>
    public static WitnessKind[] Of(OodStatistic asked, string network, bool hasHidden, bool hasGradient)
    {
        bool IsOffered(WitnessKind kind) => (hasHidden || !kind.NeedsHidden) && (hasGradient || !kind.NeedsGradient);
        if (asked == OodStatistic.Combination)
            return [.. All.Where(kind => kind.InCombination && IsOffered(kind))];
        WitnessKind one = Find(asked.ToString()) ?? throw new ArgumentOutOfRangeException(nameof(asked), asked, null);
        string ability = one.NeedsHidden ? "name its last hidden layer" : "write its input gradient to ONNX";
        return IsOffered(one)
            ? [one]
            : throw new InvalidOperationException($"OodStatistic.{asked} needs a network that can {ability}, which {network} cannot. Choose another OodStatistic.");
    }

    /// <summary>The witness of that name; null where there is none.</summary>
    public static WitnessKind? Find(string name) => All.SingleOrDefault(kind => kind.Name == name);

    /// <summary>Whether values of that name may be stored in half precision.</summary>
    public static bool CanRound(string name) => All.Any(kind => kind.Rounded is { } rounded && name.EndsWith(rounded, StringComparison.Ordinal));
}
