namespace ModelComparison;

/// <summary>Mean and standard deviation over folds; null where nothing could be measured.</summary>
internal sealed record Measure(double? Mean, double? Deviation)
{
    /// <summary>Folds that are NaN are left out; the deviation is that of a sample, 0 for a single fold.</summary>
    public static Measure Of(IEnumerable<double> folds)
    {
        double[] values = [.. folds.Where(double.IsFinite)];
        if (values.Length == 0)
            return new Measure(null, null);
        double mean = values.Average();
        double deviation = values.Length == 1 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        return new Measure(mean, deviation);
    }
}

/// <summary>What one trainer achieved over all folds.</summary>
internal sealed record Summary(
    string Trainer,
    Measure Accuracy,
    Measure LogLoss,
    Measure Ece,
    Measure Brier,
    Measure AurocUnseen,
    Measure FalseAlarms,
    Measure TrainSeconds,
    Measure RowsPerSecond,
    Measure ModelBytes)
{
    /// <summary>One summary per trainer, the lowest log-loss first.</summary>
    public static IReadOnlyList<Summary> Rank(IEnumerable<(string Trainer, IReadOnlyList<FoldResult> Folds)> results) =>
        [.. results.Select(entry => Of(entry.Trainer, entry.Folds)).OrderBy(summary => summary.LogLoss.Mean)];

    public static Summary Of(string trainer, IReadOnlyList<FoldResult> folds)
    {
        Measure Over(Func<FoldResult, double> value) => Measure.Of(folds.Select(value));
        return new Summary(
            trainer,
            Over(fold => fold.Accuracy),
            Over(fold => fold.LogLoss),
            Over(fold => fold.Ece),
            Over(fold => fold.Brier),
            Over(fold => fold.AurocUnseen),
            Over(fold => fold.FalseAlarms),
            Over(fold => fold.TrainSeconds),
            Over(fold => fold.RowsPerSecond),
            Over(fold => fold.ModelBytes));
    }
}
