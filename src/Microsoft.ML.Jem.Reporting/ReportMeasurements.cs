using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Reporting.Plots;

namespace Microsoft.ML.Jem.Reporting;

/// <summary>All that a report measures.</summary>
internal sealed class ReportMeasurements
{
    /// <summary>Share of known rows that the line in a histogram leaves below it, where no threshold is given.</summary>
    private const double AcceptedShare = 0.95;

    public required ReportRows Known { get; init; }

    public ReportRows? Unseen { get; private init; }

    /// <summary>Null where no row has a label.</summary>
    public CalibrationMetrics? Calibration { get; private init; }

    public CalibrationMetrics? Uncalibrated { get; private init; }

    public SelectiveMetrics? Selective { get; private init; }

    public RobustnessMetrics? Robustness { get; private init; }

    /// <summary>The scores that may tell unseen rows from known ones, the one to use first.</summary>
    public required IReadOnlyList<MeasuredScore> Scores { get; init; }

    public static ReportMeasurements Of(MulticlassClassificationCatalog catalog, IDataView scored, JemReportOptions options)
    {
        ReportRows Read(IDataView data) =>
            ReportRows.Read(data, options.LabelColumnName, options.ScoreColumnName, options.EnergyColumnName, options.OodScoreColumnName);
        CalibrationMetrics Calibrate(IDataView data) =>
            catalog.EvaluateCalibration(data, options.LabelColumnName, options.ScoreColumnName, options.NumberOfBins);

        ReportRows known = Read(scored);
        ReportRows? unseen = options.Unseen is null ? null : Read(options.Unseen);
        bool isLabelled = known.LabelledCount > 0;
        return new ReportMeasurements
        {
            Known = known,
            Unseen = unseen,
            Calibration = isLabelled ? Calibrate(scored) : null,
            Uncalibrated = isLabelled && options.Uncalibrated is not null ? Calibrate(options.Uncalibrated) : null,
            Selective = isLabelled ? catalog.EvaluateSelective(scored, options.LabelColumnName, options.ScoreColumnName) : null,
            Robustness = options.Robustness,
            Scores = [.. MeasureScores(known, unseen, options)],
        };
    }

    private static IEnumerable<MeasuredScore> MeasureScores(ReportRows known, ReportRows? unseen, JemReportOptions options)
    {
        if (known.Scores(options.OodScoreColumnName) is { } oodScores)
        {
            yield return new MeasuredScore(
                options.OodScoreColumnName, "Out-of-distribution score", oodScores, unseen?.Scores(options.OodScoreColumnName), options.Threshold, "alarm threshold",
                FormattableString.Invariant($"Known rows spread evenly, so that at most {1 - options.Threshold:P0} of them are expected above the line at {options.Threshold}; unseen rows should gather at its right."));
        }

        if (known.Scores(options.EnergyColumnName) is { } energies)
        {
            yield return new MeasuredScore(
                options.EnergyColumnName, "Energy", energies, unseen?.Scores(options.EnergyColumnName), Line(energies), "95 % of known rows",
                "Higher energy means less like the training data. The line leaves 95 % of the known rows at its left; the outermost bars also hold all rows beyond them.");
        }

        double[] doubts = Doubts(known);
        yield return new MeasuredScore(
            "1 − confidence", "Doubt", doubts, unseen is null ? null : Doubts(unseen), Line(doubts), "95 % of known rows",
            "1 − the highest probability, which every classifier has: the score the others have to beat. The line leaves 95 % of the known rows at its left.");
    }

    private static double[] Doubts(ReportRows rows) => [.. rows.Confidences.Select(confidence => 1 - confidence)];

    private static double? Line(IReadOnlyList<double> scores)
    {
        double[] sorted = [.. scores.Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? null : JemPlots.Quantile(sorted, AcceptedShare);
    }
}

/// <summary>A score of how unlike the training data rows are, and how well it tells unseen rows from known ones.</summary>
internal sealed record MeasuredScore(
    string Name, string Title, IReadOnlyList<double> Known, IReadOnlyList<double>? Unseen, double? Threshold, string ThresholdName, string Caption)
{
    /// <summary>Null where there are no known or no unseen rows with this score.</summary>
    public OutOfDistributionMetrics? Metrics { get; } = Unseen is null || Known.All(double.IsNaN) || Unseen.All(double.IsNaN)
        ? null
        : OutOfDistributionMetrics.Of(Known, Unseen, Threshold ?? double.NaN);
}
