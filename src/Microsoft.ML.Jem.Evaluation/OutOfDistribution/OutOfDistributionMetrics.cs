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
public sealed class OutOfDistributionMetrics
{
    /// <summary>Number of in-distribution rows.</summary>
    public long InDistributionCount { get; init; }

    /// <summary>Number of out-of-distribution rows.</summary>
    public long OutOfDistributionCount { get; init; }

    /// <summary>Number of rows left out because their score is not a number.</summary>
    public long SkippedRowCount { get; init; }

    /// <summary>AUROC: the probability that an out-of-distribution row scores higher than an in-distribution one, ties counting half. 1 is best, 0.5 is chance.</summary>
    public double AreaUnderRocCurve { get; init; }

    /// <summary>AUPR-in as average precision, Σ (Rₙ − Rₙ₋₁)·Pₙ over distinct scores: in-distribution rows are the positives, found by low scores.</summary>
    public double AveragePrecisionIn { get; init; }

    /// <summary>AUPR-out as average precision: out-of-distribution rows are the positives, found by high scores.</summary>
    public double AveragePrecisionOut { get; init; }

    /// <summary>AUPR-in by the trapezoidal rule, from the point (recall 0, precision 1); too hopeful where scores tie, given because much of the literature reports it.</summary>
    public double AreaUnderPrecisionRecallIn { get; init; }

    /// <summary>AUPR-out by the trapezoidal rule.</summary>
    public double AreaUnderPrecisionRecallOut { get; init; }

    /// <summary>FPR95 with in-distribution rows as the positives, as most of the literature has it: the share of out-of-distribution rows that pass unnoticed when at least 95 % of the in-distribution rows are accepted. 0 is best.</summary>
    public double MissRateAt95PercentAccepted { get; init; }

    /// <summary>The score up to which rows are accepted for <see cref="MissRateAt95PercentAccepted"/>: the lowest observed in-distribution score that accepts 95 % of them.</summary>
    public double AcceptanceThreshold { get; init; }

    /// <summary>FPR95 with out-of-distribution rows as the positives: the share of in-distribution rows that raise an alarm when at least 95 % of the out-of-distribution rows do. 0 is best.</summary>
    public double FalseAlarmRateAt95PercentDetected { get; init; }

    /// <summary>The score from which on rows raise an alarm for <see cref="FalseAlarmRateAt95PercentDetected"/>: the highest observed out-of-distribution score that detects 95 % of them.</summary>
    public double DetectionThreshold { get; init; }

    /// <summary>The lowest, over all thresholds, of ½·(share of in-distribution rows refused) + ½·(share of out-of-distribution rows accepted) (Liang et al., ODIN, 2018). 0 is best, 0.5 is chance.</summary>
    public double DetectionError { get; init; }

    /// <summary>The alarm threshold asked about.</summary>
    public double Threshold { get; init; }

    /// <summary>The share of in-distribution rows with a score above <see cref="Threshold"/>.</summary>
    public double FalseAlarmRate { get; init; }

    /// <summary>The share of out-of-distribution rows with a score above <see cref="Threshold"/>.</summary>
    public double DetectionRate { get; init; }

    /// <summary>The ROC curve: one point for each distinct score, the highest first.</summary>
    public IReadOnlyList<DetectionPoint> Curve { get; init; } = [];

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
