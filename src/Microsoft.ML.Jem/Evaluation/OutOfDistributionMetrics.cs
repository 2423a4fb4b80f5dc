namespace Microsoft.ML.Jem.Evaluation;

/// <summary>One point of a ROC curve: what a threshold detects, and at what price.</summary>
/// <param name="Threshold">Rows that score at least this raise an alarm.</param>
/// <param name="FalseAlarmRate">The share of in-distribution rows that do.</param>
/// <param name="DetectionRate">The share of out-of-distribution rows that do.</param>
public sealed record DetectionPoint(double Threshold, double FalseAlarmRate, double DetectionRate);

/// <summary>How well a score tells rows like the training data (in-distribution) from others (out-of-distribution).</summary>
/// <remarks>
/// One convention throughout: a higher score means more out-of-distribution, as in the columns <c>Energy</c> and <c>OodScore</c>.
/// Shares lie between 0 and 1.
/// </remarks>
/// <param name="InDistributionCount">Number of in-distribution rows.</param>
/// <param name="OutOfDistributionCount">Number of out-of-distribution rows.</param>
/// <param name="SkippedRowCount">Number of rows left out because their score is not a number.</param>
/// <param name="AreaUnderRocCurve">AUROC: the probability that an out-of-distribution row scores higher than an in-distribution one, ties counting half. 1 is best, 0.5 is chance.</param>
/// <param name="AveragePrecisionIn">AUPR-in as average precision, Σ (Rₙ − Rₙ₋₁)·Pₙ over distinct scores: in-distribution rows are the positives, found by low scores.</param>
/// <param name="AveragePrecisionOut">AUPR-out as average precision: out-of-distribution rows are the positives, found by high scores.</param>
/// <param name="AreaUnderPrecisionRecallIn">AUPR-in by the trapezoidal rule, from the point (recall 0, precision 1); too hopeful where scores tie, given because much of the literature reports it.</param>
/// <param name="AreaUnderPrecisionRecallOut">AUPR-out by the trapezoidal rule.</param>
/// <param name="MissRateAt95PercentAccepted">FPR95 with in-distribution rows as the positives, as most of the literature has it: the share of out-of-distribution rows that pass unnoticed when at least 95 % of the in-distribution rows are accepted. 0 is best.</param>
/// <param name="AcceptanceThreshold">The score up to which rows are accepted for <paramref name="MissRateAt95PercentAccepted"/>: the lowest observed in-distribution score that accepts 95 % of them.</param>
/// <param name="FalseAlarmRateAt95PercentDetected">FPR95 with out-of-distribution rows as the positives: the share of in-distribution rows that raise an alarm when at least 95 % of the out-of-distribution rows do. 0 is best.</param>
/// <param name="DetectionThreshold">The score from which on rows raise an alarm for <paramref name="FalseAlarmRateAt95PercentDetected"/>: the highest observed out-of-distribution score that detects 95 % of them.</param>
/// <param name="DetectionError">The lowest, over all thresholds, of ½·(share of in-distribution rows refused) + ½·(share of out-of-distribution rows accepted) (Liang et al., ODIN, 2018). 0 is best, 0.5 is chance.</param>
/// <param name="Threshold">The alarm threshold asked about.</param>
/// <param name="FalseAlarmRate">The share of in-distribution rows with a score above <paramref name="Threshold"/>.</param>
/// <param name="DetectionRate">The share of out-of-distribution rows with a score above <paramref name="Threshold"/>.</param>
/// <param name="Curve">The ROC curve: one point for each distinct score, the highest first.</param>
public sealed record OutOfDistributionMetrics(
    long InDistributionCount,
    long OutOfDistributionCount,
    long SkippedRowCount,
    double AreaUnderRocCurve,
    double AveragePrecisionIn,
    double AveragePrecisionOut,
    double AreaUnderPrecisionRecallIn,
    double AreaUnderPrecisionRecallOut,
    double MissRateAt95PercentAccepted,
    double AcceptanceThreshold,
    double FalseAlarmRateAt95PercentDetected,
    double DetectionThreshold,
    double DetectionError,
    double Threshold,
    double FalseAlarmRate,
    double DetectionRate,
    IReadOnlyList<DetectionPoint> Curve)
{
    /// <summary>Measures how well scores tell unfamiliar rows from familiar ones, wherever the scores come from.</summary>
    /// <param name="inDistribution">Scores of rows like the training data; higher means less like it. Those that are NaN are skipped and counted.</param>
    /// <param name="outOfDistribution">Scores of rows unlike it.</param>
    /// <param name="threshold">Scores above it raise an alarm, for the false-alarm and detection rates.</param>
    /// <returns>The metrics.</returns>
    /// <exception cref="InvalidOperationException">One of the two has no score that could be evaluated.</exception>
    public static OutOfDistributionMetrics Of(IEnumerable<double> inDistribution, IEnumerable<double> outOfDistribution, double threshold = 0.95)
    {
        ArgumentNullException.ThrowIfNull(inDistribution);
        ArgumentNullException.ThrowIfNull(outOfDistribution);
        var metrics = new OutOfDistributionAccumulator(threshold);
        foreach (double score in inDistribution)
            metrics.AddInDistribution(score);
        foreach (double score in outOfDistribution)
            metrics.AddOutOfDistribution(score);
        return metrics.ToMetrics();
    }
}
