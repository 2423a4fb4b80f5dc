namespace Microsoft.ML.Jem.Evaluation;

/// <summary>How hard an adversary tries: projected gradient descent (PGD) on the model's own loss.</summary>
/// <remarks>
/// <para>x ← Π(x + step · direction(∂ −log p(y|x) / ∂x)), where Π brings x back to within ε of where it began, and the direction is the
/// gradient's sign for L∞ and the gradient over its length for L2 (Madry et al., Towards Deep Learning Models Resistant to
/// Adversarial Attacks, ICLR 2018).</para>
/// <para>Distances are in units of a feature's deviation in the training data: with ε = 0.1, an L∞ adversary may move each
/// feature by a tenth of its standard deviation, whatever its unit. For a heavy-tailed feature, which the model
/// sees on a logarithmic scale far out, the deviation is that of the value it sees. A feature that was constant in training stays as it is.</para>
/// </remarks>
public sealed class RobustnessOptions
{
    /// <summary>The norm that bounds the change. The default value is <see cref="AttackNorm.LInfinity"/>.</summary>
    public AttackNorm Norm { get; set; } = AttackNorm.LInfinity;

    /// <summary>
    /// The bounds ε at which accuracy is measured, in deviations; positive and finite, at least one. The default values are 0.05, 0.1, 0.2
    /// and 0.4.
    /// </summary>
    public IReadOnlyList<double> Epsilons { get; set; } = [0.05, 0.1, 0.2, 0.4];

    /// <summary>Steps of an attack; at least 1. The default value is 40.</summary>
    public int Steps { get; set; } = 40;

    /// <summary>Length of a step, in deviations; positive, or null for 2.5·ε / steps, with which every point within ε can be reached. The default value is null.</summary>
    public double? StepSize { get; set; }

    /// <summary>How often each row is attacked; the row stands only if it stands each time. At least 1. The default value is 2.</summary>
    public int Restarts { get; set; } = 2;

    /// <summary>Whether an attack begins at a random point within ε, not at the row itself. The default value is true.</summary>
    public bool RandomStart { get; set; } = true;

    /// <summary>
    /// Steps by which a row is moved toward higher p(x) before it is classified, the defence JEM-k of the paper (section 5.4); the adversary
    /// differentiates through them. 0 or more. The default value is 0: the row is classified as it is.
    /// </summary>
    public int RefinementSteps { get; set; }

    /// <summary>What ∂ log p(x)/∂x is multiplied by in a refinement step, in deviations; positive. The default value is 1.</summary>
    public double RefinementStepSize { get; set; } = 1;

    /// <summary>Lowest value a feature can take in its own unit, such as 0 for pixels; null for none. The default value is null.</summary>
    public double? LowestFeature { get; set; }

    /// <summary>Highest value a feature can take in its own unit, such as 255 for pixels; null for none. The default value is null.</summary>
    public double? HighestFeature { get; set; }

    /// <summary>How many rows are attacked at most, the first of the data; at least 1, or null for all. The default value is null.</summary>
    public int? MaximumRows { get; set; }

    /// <summary>Seed of the random starts. The default value is 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Ends the evaluation with an <see cref="OperationCanceledException"/>, within a step. The default value is none.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Checks all options, and reports all mistakes in one message.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public void Validate()
    {
        List<string> mistakes = [.. Mistakes()];
        if (mistakes.Count > 0)
            throw new ArgumentOutOfRangeException(paramName: null, "The options of the robustness evaluation are invalid:\n- " + string.Join("\n- ", mistakes));
    }

    private IEnumerable<string> Mistakes()
    {
        if (!Enum.IsDefined(Norm))
            yield return $"{nameof(Norm)} is {Norm}: expected {nameof(AttackNorm.LInfinity)} or {nameof(AttackNorm.L2)}.";
        if (Epsilons is not { Count: > 0 } || !Epsilons.All(IsPositive))
            yield return $"{nameof(Epsilons)} must hold at least one number, all of them positive and finite (accuracy without an attack is measured anyway).";
        if (Steps < 1)
            yield return $"{nameof(Steps)} is {Steps}: expected at least 1.";
        if (StepSize is { } size && !IsPositive(size))
            yield return $"{nameof(StepSize)} is {size}: expected a positive, finite number, or null.";
        if (Restarts < 1)
            yield return $"{nameof(Restarts)} is {Restarts}: expected at least 1.";
        if (Restarts > 1 && !RandomStart)
            yield return $"{nameof(Restarts)} is {Restarts}, but without {nameof(RandomStart)} each would be the same attack: expected 1.";
        if (RefinementSteps < 0)
            yield return $"{nameof(RefinementSteps)} is {RefinementSteps}: expected 0 or more.";
        if (!IsPositive(RefinementStepSize))
            yield return $"{nameof(RefinementStepSize)} is {RefinementStepSize}: expected a positive, finite number.";
        if (!((LowestFeature ?? double.NegativeInfinity) < (HighestFeature ?? double.PositiveInfinity)))
            yield return $"{nameof(LowestFeature)} is {LowestFeature} and {nameof(HighestFeature)} is {HighestFeature}: expected the former to be below the latter.";
        if (MaximumRows < 1)
            yield return $"{nameof(MaximumRows)} is {MaximumRows}: expected at least 1, or null.";
    }

    private static bool IsPositive(double value) => value > 0 && double.IsFinite(value);
}
