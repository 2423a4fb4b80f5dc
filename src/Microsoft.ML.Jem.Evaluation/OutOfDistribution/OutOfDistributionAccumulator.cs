using System.Runtime.InteropServices;

namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Collects scores of in-distribution and out-of-distribution rows and computes <see cref="OutOfDistributionMetrics"/>.</summary>
/// <param name="threshold">The alarm threshold whose rates are asked for.</param>
internal sealed class OutOfDistributionAccumulator(double threshold)
{
    private const double Rate = 0.95;

    private readonly List<double> _inside = [];
    private readonly List<double> _outside = [];
    private long _skipped;

    /// <summary>Adds an in-distribution row; a higher score means more out-of-distribution. A row whose score is NaN is skipped.</summary>
    public void AddInDistribution(double score) => Add(_inside, score);

    /// <summary>Adds an out-of-distribution row.</summary>
    public void AddOutOfDistribution(double score) => Add(_outside, score);

    /// <summary>The metrics of the rows added so far.</summary>
    /// <exception cref="InvalidOperationException">There are no rows of one kind.</exception>
    public OutOfDistributionMetrics ToMetrics()
    {
        if (_inside.Count == 0 || _outside.Count == 0)
            throw new InvalidOperationException($"Telling in-distribution from out-of-distribution rows needs rows of both kinds, but there are {_inside.Count} and {_outside.Count} ({_skipped} were skipped because their score is not a number).");

        var detection = new RankedScores(CollectionsMarshal.AsSpan(_outside), CollectionsMarshal.AsSpan(_inside));
        var acceptance = new RankedScores(Negate(_inside), Negate(_outside));
        (double missRate, double negatedThreshold) = acceptance.FalsePositiveRateAt(Rate);
        (double falseAlarmRate, double detectionThreshold) = detection.FalsePositiveRateAt(Rate);
        return new OutOfDistributionMetrics
        {
            InDistributionCount = _inside.Count,
            OutOfDistributionCount = _outside.Count,
            SkippedRowCount = _skipped,
            AreaUnderRocCurve = detection.AreaUnderRocCurve(),
            AveragePrecisionIn = acceptance.AveragePrecision(),
            AveragePrecisionOut = detection.AveragePrecision(),
            AreaUnderPrecisionRecallIn = acceptance.AreaUnderPrecisionRecall(),
            AreaUnderPrecisionRecallOut = detection.AreaUnderPrecisionRecall(),
            MissRateAt95PercentAccepted = missRate,
            AcceptanceThreshold = -negatedThreshold,
            FalseAlarmRateAt95PercentDetected = falseAlarmRate,
            DetectionThreshold = detectionThreshold,
            DetectionError = detection.DetectionError(),
            Threshold = threshold,
            FalseAlarmRate = ShareAbove(_inside),
            DetectionRate = ShareAbove(_outside),
            Curve = detection.Curve(),
        };
    }

    private void Add(List<double> scores, double score)
    {
        if (double.IsNaN(score))
            _skipped++;
        else
            scores.Add(score);
    }

    private double ShareAbove(List<double> scores) => (double)scores.Count(score => score > threshold) / scores.Count;

    private static double[] Negate(List<double> scores) => [.. scores.Select(score => -score)];
}
