namespace Microsoft.ML.Jem.Evaluation;

/// <summary>How far the probabilities of a multiclass model can be taken at their word.</summary>
/// <remarks>
/// Errors lie between 0 and 1, 0 being best. Equal-width bins are closed to the right, (k/n, (k+1)/n], as in Guo et al., On
/// Calibration of Modern Neural Networks (ICML 2017).
/// </remarks>
/// <param name="RowCount">Number of rows evaluated.</param>
/// <param name="SkippedRowCount">Number of rows left out because their label is missing or a probability is not a number.</param>
/// <param name="Accuracy">The share of rows whose most probable class is the true one; of equal probabilities, the first class counts.</param>
/// <param name="LogLoss">Negative log-likelihood: mean −ln p(y|x), in nats; p is floored at 1e-15, as ML.NET's evaluator does.</param>
/// <param name="BrierScore">Mean over rows of Σₖ (pₖ − [y = k])², 0 to 2 (Brier 1950).</param>
/// <param name="ExpectedCalibrationError">ECE: Σ over equal-width bins of their share of rows · |accuracy − mean confidence|.</param>
/// <param name="ExpectedCalibrationErrorEqualMass">The same over bins that hold equally many rows (Nguyen and O'Connor 2015).</param>
/// <param name="MaximumCalibrationError">MCE: the largest |accuracy − mean confidence| of a non-empty equal-width bin.</param>
/// <param name="Bins">The equal-width bins in ascending order, empty ones included.</param>
/// <param name="EqualMassBins">The equal-mass bins in ascending order of confidence; fewer than asked for where there are fewer rows or confidences tie.</param>
public sealed record CalibrationMetrics(
    long RowCount,
    long SkippedRowCount,
    double Accuracy,
    double LogLoss,
    double BrierScore,
    double ExpectedCalibrationError,
    double ExpectedCalibrationErrorEqualMass,
    double MaximumCalibrationError,
    IReadOnlyList<ReliabilityBin> Bins,
    IReadOnlyList<ReliabilityBin> EqualMassBins);
