namespace Microsoft.ML.Jem.Evaluation;

/// <summary>
/// How much of a measured calibration error (ECE) is chance: an interval for the true error, and a test of whether a calibrated model
/// would show as much.
/// </summary>
/// <remarks>
/// <para>Even a perfectly calibrated model shows an ECE above 0 on finitely many rows, and the more bins and the fewer rows, the higher.</para>
/// <para>The interval is a basic (reverse percentile) bootstrap interval, [2·ECE − q(1 − α/2), 2·ECE − q(α/2)] cut at 0, with the quantiles
/// q of the ECE of rows drawn with replacement (Davison and Hinkley, Bootstrap Methods and their Application, 1997). It takes off the upward
/// bias of the ECE, so it may lie below <see cref="ExpectedCalibrationError"/>. It is approximate. Where the test does not reject calibration at
/// 1 − <see cref="ConfidenceLevel"/>, it begins at 0, so that interval and test agree.</para>
/// <para>The test is consistency resampling (Bröcker and Smith 2007; Vaicenavicius et al., Evaluating model calibration in classification,
/// AISTATS 2019): whether each answer is right is drawn from its stated confidence, and the ECE of such draws is compared with that of the
/// data. Exact for independent rows: a calibrated model gets a p-value of at most α with a probability of at most α.</para>
/// </remarks>
public sealed class CalibrationTest
{
    /// <summary>Number of rows evaluated.</summary>
    public long RowCount { get; init; }

    /// <summary>Number of rows left out because their label is missing or a probability is not a number.</summary>
    public long SkippedRowCount { get; init; }

    /// <summary>The ECE of the rows, with equal-width bins.</summary>
    public double ExpectedCalibrationError { get; init; }

    /// <summary>The mean ECE that a calibrated model with these confidences shows on as many rows.</summary>
    public double ExpectedCalibrationErrorIfCalibrated { get; init; }

    /// <summary>The probability with which the interval should hold the true error.</summary>
    public double ConfidenceLevel { get; init; }

    /// <summary>Lower end of the interval for the true error; 0 or more.</summary>
    public double LowerBound { get; init; }

    /// <summary>Upper end of the interval for the true error; 0 or more.</summary>
    public double UpperBound { get; init; }

    /// <summary>
    /// The probability with which a calibrated model shows an ECE as high as this one, in (0, 1]. A low value, such as below 0.05, speaks
    /// against calibration. A high one does not prove it: there may be too few rows to tell.
    /// </summary>
    public double PValue { get; init; }
}
