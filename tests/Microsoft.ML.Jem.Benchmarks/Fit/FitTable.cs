using System.Globalization;

namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>The figures as lines on the console: ours before LightGbm's in each pair.</summary>
internal sealed class FitTable(TextWriter output)
{
    /// <summary>Column titles; of the two ratios the first is of elapsed, the second of processor time.</summary>
    public void WriteHeader()
    {
        Write($"{"",-24} {"",4} {"",6} {"",5} {"",3} | {"seconds, processor",-29} | {"accuracy",-13} | {"log-loss",-13} | {"ECE",-9} | {"AUROC of novel rows",-19} | false");
        Write($"{"set",-24} {"seed",4} {"rows",6} {"feat.",5} {"cl.",3} | {"Jem",7} {"LGBM",7} {"ratio",6} {"ratio",6} | {"Jem",6} {"LGBM",6} | {"Jem",6} {"LGBM",6} | {"Jem",4} {"LGBM",4} | {"OodSc",6} {"Energy",6} {"LGBM",5} | alarms");
    }

    /// <summary>A set with one seed.</summary>
    public void Write(FitRow row) =>
        Write(row.Set, row.Seed.ToString(CultureInfo.InvariantCulture), row.TrainRows, row.Features, row.Classes, row.Jem, row.LightGbm, row.TimeRatio, row.ProcessorTimeRatio);

    /// <summary>The means of each set, and over the sets.</summary>
    public void Write(IReadOnlyList<FitSet> sets, FitSummary summary)
    {
        Write($"");
        Write($"Means over the seeds; ratios are medians");
        WriteHeader();
        foreach (FitSet set in sets)
            Write(set.Set, "", set.TrainRows, set.Features, set.Classes, set.Jem, set.LightGbm, set.TimeRatio, set.ProcessorTimeRatio);
        Write($"{"mean of the sets",-24} {"",4} {"",6} {"",5} {"",3} | {Figures(summary.Jem, summary.LightGbm, summary.MedianTimeRatio, summary.MedianProcessorTimeRatio)}");
        Write($"");
        Write($"{summary.Sets} sets. Time to LightGbm's: median {summary.MedianTimeRatio:F2}, largest {summary.MaximumTimeRatio:F2} ({summary.MaximumTimeRatioSet}); processor time: median {summary.MedianProcessorTimeRatio:F2}.");
        Write($"Mean accuracy {100 * summary.AccuracyDifference:+0.00;-0.00;0.00} points. More than one point below on {Sets(summary.AccuracyBelow)}.");
        Write($"Mean log-loss {summary.LogLossRatio:F3} of LightGbm's. Above on {Sets(summary.LogLossAbove)}.");
    }

    private static string Sets(string[] names) => names.Length == 0 ? "no set" : $"{names.Length}: {string.Join(", ", names)}";

    private static string Figures(FitFigures jem, FitFigures peer, double ratio, double processorRatio) => string.Create(CultureInfo.InvariantCulture,
        $"{jem.Seconds,7:F2} {peer.Seconds,7:F2} {ratio,6:F2} {processorRatio,6:F2} | {jem.Accuracy,6:F4} {peer.Accuracy,6:F4} | {jem.LogLoss,6:F4} {peer.LogLoss,6:F4} | {jem.Ece,4:.000} {peer.Ece,4:.000} | {Area(jem.AurocOodScore),6} {Area(jem.AurocEnergy),6} {Area(peer.AurocMaxProbability),5} | {Area(jem.FalseAlarms),6}");

    private static string Area(double? value) => value?.ToString(".000", CultureInfo.InvariantCulture) ?? "–";

    private void Write(string set, string seed, int rows, int features, int classes, FitFigures jem, FitFigures peer, double ratio, double processorRatio) =>
        Write($"{set,-24} {seed,4} {rows,6} {features,5} {classes,3} | {Figures(jem, peer, ratio, processorRatio)}");

    private void Write(FormattableString line)
    {
        output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
        output.Flush();
    }
}
