namespace Microsoft.ML.Jem.Evaluation;

/// <summary>How far the probabilities of a multiclass model can be taken at their word.</summary>
/// <remarks>
/// Errors lie between 0 and 1, 0 being best. Equal-width bins are closed to the right, (k/n, (k+1)/n], as in Guo et al., On
/// Calibration of Modern Neural Networks (ICML 2017). The confidence of a row is its highest probability.
/// </remarks>
public sealed class CalibrationMetrics
{
    /// <summary>Number of rows evaluated.</summary>
    public long RowCount { get; init; }

    /// <summary>Number of rows left out because their label is missing or a probability is not a number.</summary>
    public long SkippedRowCount { get; init; }

    /// <summary>The share of rows whose most probable class is the true one. Of equal probabilities, the first class counts.</summary>
    public double Accuracy { get; init; }

    /// <summary>Negative log-likelihood: mean −ln p(y|x), in nats. p is floored at 1e-15, as ML.NET's evaluator does.</summary>
    public double LogLoss { get; init; }

    /// <summary>Mean over rows of Σₖ (pₖ − [y = k])², 0 to 2 (Brier 1950).</summary>
    public double BrierScore { get; init; }

    /// <summary>ECE: Σ over equal-width bins of their share of rows · |accuracy − mean confidence|.</summary>
    public double ExpectedCalibrationError { get; init; }

    /// <summary>The same over bins that hold equally many rows (Nguyen and O'Connor 2015).</summary>
    public double ExpectedCalibrationErrorEqualMass { get; init; }

    /// <summary>MCE: the largest |accuracy − mean confidence| of a non-empty equal-width bin.</summary>
    public double MaximumCalibrationError { get; init; }

    /// <summary>
    /// Class-wise ECE: the mean of <see cref="ExpectedCalibrationErrorByClass"/>. It sees errors in the probabilities of all classes, not
    /// only in that of the predicted one (Kull et al., Beyond temperature scaling, NeurIPS 2019).
    /// </summary>
    public double ClasswiseExpectedCalibrationError { get; init; }

    /// <summary>
    /// Per class k, in the order of the probabilities: Σ over equal-width bins of pₖ of their share of rows · |share of rows of class k − mean pₖ|.
    /// </summary>
    public IReadOnlyList<double> ExpectedCalibrationErrorByClass { get; init; } = [];

    /// <summary>The equal-width bins in ascending order, empty ones included.</summary>
    public IReadOnlyList<ReliabilityBin> Bins { get; init; } = [];

    /// <summary>The equal-mass bins in ascending order of confidence; fewer than asked for where there are fewer rows or confidences tie.</summary>
    public IReadOnlyList<ReliabilityBin> EqualMassBins { get; init; } = [];
}
