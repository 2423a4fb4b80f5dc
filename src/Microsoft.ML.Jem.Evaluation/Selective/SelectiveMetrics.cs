namespace Microsoft.ML.Jem.Evaluation;

/// <summary>One point of a risk-coverage curve.</summary>
/// <param name="Coverage">The share of rows the model answers, those it is surest of.</param>
/// <param name="Risk">The share of these that it answers wrongly.</param>
/// <param name="Threshold">The lowest confidence among them.</param>
public sealed record RiskCoveragePoint(double Coverage, double Risk, double Threshold);

/// <summary>What a model gains by declining to answer the rows it is unsure of (selective classification).</summary>
/// <remarks>Geifman and El-Yaniv, Selective Classification for Deep Neural Networks (NeurIPS 2017). Rows of equal confidence: areas are the mean over their orders.</remarks>
public sealed class SelectiveMetrics
{
    /// <summary>Number of rows evaluated.</summary>
    public long RowCount { get; init; }

    /// <summary>Number of rows left out because their label is missing or their confidence is not a number.</summary>
    public long SkippedRowCount { get; init; }

    /// <summary>The share of wrong answers when all rows are answered.</summary>
    public double ErrorRate { get; init; }

    /// <summary>AURC: the mean risk over the coverages 1/n, 2/n … 1; 0 is best, <see cref="ErrorRate"/> is what a random order gives.</summary>
    public double AreaUnderRiskCoverageCurve { get; init; }

    /// <summary>AURC less that of a perfect order, in which all right answers come first; 0 is best.</summary>
    public double ExcessAreaUnderRiskCoverageCurve { get; init; }

    /// <summary>
    /// AUGRC: the area under the generalized risk, the share of <em>all</em> rows that are answered and answered wrongly, over coverage 0 to
    /// 1. 0 is best, ½·<see cref="ErrorRate"/> is what a random order gives. Unlike AURC it weighs each wrong answer alike, whether it is
    /// among the surest rows or not. It equals acc·(1 − acc)·(1 − AUROC of confidence, right against wrong answers) + ½·(1 − acc)², with acc =
    /// 1 − <see cref="ErrorRate"/> (Traub et al., Overcoming Common Flaws in the Evaluation of Selective Classification Systems, NeurIPS 2024).
    /// </summary>
    public double AreaUnderGeneralizedRiskCoverageCurve { get; init; }

    /// <summary>One point for each distinct confidence, by ascending coverage.</summary>
    public IReadOnlyList<RiskCoveragePoint> Curve { get; init; } = [];

    /// <summary>The largest share of rows that can be answered with a risk of at most <paramref name="risk"/>; 0 where even the surest rows exceed it.</summary>
    /// <param name="risk">The highest share of wrong answers accepted, 0 to 1.</param>
    public double CoverageAtRisk(double risk) =>
        Curve.Where(point => point.Risk <= risk).Select(point => point.Coverage).DefaultIfEmpty(0).Max();

    /// <summary>
    /// The share of wrong answers when the surest rows are answered, at least the share <paramref name="coverage"/> of all. Rows of equal
    /// confidence are answered together.
    /// </summary>
    /// <param name="coverage">The least share of rows to answer, above 0, at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The coverage is out of range.</exception>
    public double RiskAtCoverage(double coverage)
    {
        if (!(coverage > 0 && coverage <= 1))
            throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "A coverage is above 0 and at most 1.");
        return Curve.First(point => point.Coverage >= coverage).Risk;
    }
}
