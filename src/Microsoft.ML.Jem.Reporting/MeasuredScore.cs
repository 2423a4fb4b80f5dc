using Microsoft.ML.Jem.Evaluation;

namespace Microsoft.ML.Jem.Reporting;

/// <summary>A score of how unlike the training data rows are, and how well it tells unseen rows from known ones.</summary>
internal sealed record MeasuredScore(
    string Name,
    string Title,
    IReadOnlyList<double> Known,
    IReadOnlyList<double>? Unseen,
    double? Threshold,
    string ThresholdName,
    string Caption,
    OutOfDistributionMetrics? Metrics)
{
    public string AxisTitle => Name;

    public static MeasuredScore Of(
        string name, string title, IReadOnlyList<double> known, IReadOnlyList<double>? unseen, double? threshold, string thresholdName, string caption) =>
        new(name, title, known, unseen, threshold, thresholdName, caption, Measure(known, unseen, threshold));

    private static OutOfDistributionMetrics? Measure(IReadOnlyList<double> known, IReadOnlyList<double>? unseen, double? threshold)
    {
        if (unseen is null || known.All(double.IsNaN) || unseen.All(double.IsNaN))
            return null;
        return OutOfDistributionMetrics.Of(known, unseen, threshold ?? double.NaN);
    }
}
