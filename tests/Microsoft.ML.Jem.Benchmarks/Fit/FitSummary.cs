namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>The figures of both trainers over all sets, each set with the same weight.</summary>
/// <param name="Sets">Number of sets.</param>
/// <param name="Jem">Our mean figures; areas over the sets that have novel rows.</param>
/// <param name="LightGbm">LightGbm's mean figures.</param>
/// <param name="AccuracyDifference">Our mean accuracy − LightGbm's.</param>
/// <param name="LogLossRatio">Our mean log-loss divided by LightGbm's.</param>
/// <param name="AccuracyBelow">Sets whose accuracy is more than one point below LightGbm's.</param>
/// <param name="LogLossAbove">Sets whose log-loss is above LightGbm's.</param>
/// <param name="MedianTimeRatio">Median over sets of our time to fit divided by LightGbm's.</param>
/// <param name="MaximumTimeRatio">The largest of these ratios.</param>
/// <param name="MaximumTimeRatioSet">The set that has it.</param>
/// <param name="MedianProcessorTimeRatio">Median over sets of our processor time to fit divided by LightGbm's.</param>
internal sealed record FitSummary(
    int Sets,
    FitFigures Jem,
    FitFigures LightGbm,
    double AccuracyDifference,
    double LogLossRatio,
    string[] AccuracyBelow,
    string[] LogLossAbove,
    double MedianTimeRatio,
    double MaximumTimeRatio,
    string MaximumTimeRatioSet,
    double MedianProcessorTimeRatio)
{
    private const double AccuracyTolerance = 0.01;

    /// <summary>Combines the sets.</summary>
    public static FitSummary Of(IReadOnlyList<FitSet> sets)
    {
        var jem = FitFigures.Combine(sets.Select(set => set.Jem), Statistics.Mean);
        var lightGbm = FitFigures.Combine(sets.Select(set => set.LightGbm), Statistics.Mean);
        FitSet slowest = sets.MaxBy(set => set.TimeRatio)!;
        return new FitSummary(
            sets.Count,
            jem,
            lightGbm,
            jem.Accuracy - lightGbm.Accuracy,
            jem.LogLoss / lightGbm.LogLoss,
            [.. sets.Where(set => set.Jem.Accuracy < set.LightGbm.Accuracy - AccuracyTolerance).Select(set => set.Set)],
            [.. sets.Where(set => set.Jem.LogLoss > set.LightGbm.LogLoss).Select(set => set.Set)],
            Statistics.Median([.. sets.Select(set => set.TimeRatio)]),
            slowest.TimeRatio,
            slowest.Set,
            Statistics.Median([.. sets.Select(set => set.ProcessorTimeRatio)]));
    }
}
