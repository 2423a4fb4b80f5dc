namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>The figures of both trainers on one set: mean and standard deviation over the seeds, ratios of times as the median.</summary>
internal sealed record FitSet(
    string Set,
    int Seeds,
    int TrainRows,
    int Features,
    int Classes,
    FitFigures Jem,
    FitFigures JemDeviation,
    FitFigures LightGbm,
    FitFigures LightGbmDeviation,
    double TimeRatio,
    double ProcessorTimeRatio)
{
    /// <summary>Combines the rows of one set.</summary>
    public static FitSet Of(IReadOnlyList<FitRow> rows) => new(
        rows[0].Set,
        rows.Count,
        (int)Statistics.Mean([.. rows.Select(row => (double)row.TrainRows)]),
        rows[0].Features,
        rows[0].Classes,
        FitFigures.Combine(rows.Select(row => row.Jem), Statistics.Mean),
        FitFigures.Combine(rows.Select(row => row.Jem), Statistics.Deviation),
        FitFigures.Combine(rows.Select(row => row.LightGbm), Statistics.Mean),
        FitFigures.Combine(rows.Select(row => row.LightGbm), Statistics.Deviation),
        Statistics.Median([.. rows.Select(row => row.TimeRatio)]),
        Statistics.Median([.. rows.Select(row => row.ProcessorTimeRatio)]));

    /// <summary>All sets, in the order of the rows.</summary>
    public static FitSet[] All(IReadOnlyList<FitRow> rows) => [.. rows.GroupBy(row => row.Set).Select(set => Of([.. set]))];
}
