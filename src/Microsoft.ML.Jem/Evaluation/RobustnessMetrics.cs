namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Accuracy against an adversary of a strength.</summary>
/// <param name="Epsilon">ε, how far the adversary may move a row, in units of each feature's deviation in the training data.</param>
/// <param name="Accuracy">The share of rows that are classified correctly however the adversary tried; 0 to 1.</param>
public sealed record RobustnessPoint(double Epsilon, double Accuracy);

/// <summary>How a model's accuracy falls when an adversary who knows the model moves the rows.</summary>
/// <remarks>
/// A measurement, not a promise: it says what one attack with the given effort achieved. A stronger attack may achieve more; none achieves less than
/// what was found here. Later work found the robustness of joint energy models weaker under stronger attacks than first reported.
/// </remarks>
public sealed class RobustnessMetrics
{
    /// <summary>The norm that bounds the change.</summary>
    public AttackNorm Norm { get; init; }

    /// <summary>Number of rows attacked.</summary>
    public long RowCount { get; init; }

    /// <summary>Number of rows left out because their label is missing or a feature is not a finite number.</summary>
    public long SkippedRowCount { get; init; }

    /// <summary>The share of rows classified correctly without an attack (after refinement, where that is asked for).</summary>
    public double Accuracy { get; init; }

    /// <summary>One point for each ε, ascending; a row that falls to a smaller ε counts as fallen at all larger ones, whose balls hold the smaller.</summary>
    public IReadOnlyList<RobustnessPoint> Curve { get; init; } = [];
}
