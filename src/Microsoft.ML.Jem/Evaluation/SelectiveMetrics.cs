namespace Microsoft.ML.Jem.Evaluation;

/// <summary>One point of a risk-coverage curve.</summary>
/// <param name="Coverage">The share of rows the model answers, those it is surest of.</param>
/// <param name="Risk">The share of these that it answers wrongly.</param>
/// <param name="Threshold">The lowest confidence among them.</param>
public sealed record RiskCoveragePoint(double Coverage, double Risk, double Threshold);

/// <summary>What a model gains by declining to answer the rows it is unsure of (selective classification).</summary>
/// <remarks>Geifman and El-Yaniv, Selective Classification for Deep Neural Networks (NeurIPS 2017); area with ties as the mean over their orders.</remarks>
/// <param name="RowCount">Number of rows evaluated.</param>
/// <param name="SkippedRowCount">Number of rows left out because their label is missing or their confidence is not a number.</param>
/// <param name="ErrorRate">The share of wrong answers when all rows are answered.</param>
/// <param name="AreaUnderRiskCoverageCurve">AURC: the mean risk over the coverages 1/n, 2/n … 1; 0 is best, <paramref name="ErrorRate"/> is what a random order gives.</param>
/// <param name="ExcessAreaUnderRiskCoverageCurve">AURC less that of a perfect order, in which all right answers come first; 0 is best.</param>
/// <param name="Curve">One point for each distinct confidence, by ascending coverage.</param>
public sealed record SelectiveMetrics(
    long RowCount,
    long SkippedRowCount,
    double ErrorRate,
    double AreaUnderRiskCoverageCurve,
    double ExcessAreaUnderRiskCoverageCurve,
    IReadOnlyList<RiskCoveragePoint> Curve)
{
    /// <summary>The largest share of rows that can be answered with a risk of at most <paramref name="risk"/>; 0 where even the surest rows exceed it.</summary>
    /// <param name="risk">The highest share of wrong answers accepted, 0 to 1.</param>
    public double CoverageAtRisk(double risk) =>
        Curve.Where(point => point.Risk <= risk).Select(point => point.Coverage).DefaultIfEmpty(0).Max();
}
