using System.Globalization;
using System.Text;

namespace Microsoft.ML.Jem.Quality;

/// <summary>The figures as Markdown: mean ± standard deviation over seeds.</summary>
internal static class Tables
{
    /// <summary>All tables.</summary>
    public static string Write(IReadOnlyList<Measurement> measurements)
    {
        var text = new StringBuilder();
        Measurement[][] runs = [.. measurements.GroupBy(m => (m.Set, m.Variant)).OrderBy(group => group.Key).Select(group => group.ToArray())];
        Write(text, "Classification", runs, ["accuracy", "log-loss", "ECE", "Brier", "seconds"]);
        Measurement[][] ours = [.. runs.Where(run => run[0].Values.ContainsKey(Measurement.FalseAlarms(0.9f)))];
        Write(text, "Unseen classes, AUROC", [.. runs.Where(run => run[0].Values.Keys.Any(key => key.EndsWith(" novel", StringComparison.Ordinal)))],
            [.. Measurement.Detectors.Select(detector => Measurement.Auroc(detector, "novel"))]);
        Write(text, "Other strangers, AUROC of OodScore", ours, [.. Strangers.Kinds.Skip(1).Select(kind => Measurement.Auroc("OodScore", kind))]);
        WriteFalseAlarms(text, [.. ours.Where(run => run[0].Variant == "default")]);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string title, Measurement[][] runs, string[] figures)
    {
        text.AppendLine($"### {title}").AppendLine();
        text.AppendLine($"| set | variant | seeds | {string.Join(" | ", figures.Select(ShortName))} |");
        text.AppendLine($"|---|---|---|{string.Concat(figures.Select(_ => "---|"))}");
        foreach (Measurement[] run in runs)
            text.AppendLine($"| {run[0].Set} | {run[0].Variant} | {run.Length} | {string.Join(" | ", figures.Select(figure => Cell(run, figure)))} |");
        text.AppendLine();
    }

    private static void WriteFalseAlarms(StringBuilder text, Measurement[][] runs)
    {
        text.AppendLine("### False alarms on fresh rows of known classes").AppendLine();
        text.AppendLine("Share of test rows with `OodScore` at or above the threshold, over all seeds, and its exact binomial 95 % interval.").AppendLine();
        text.AppendLine($"| set | rows × seeds | {string.Join(" | ", Measurement.Thresholds.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t:0.00} (at most {1 - t:0.00})")))} |");
        text.AppendLine("|---|---|---|---|---|");
        foreach (Measurement[] run in runs)
        {
            IEnumerable<string> cells = Measurement.Thresholds.Select(threshold =>
            {
                double rate = run.Average(m => m.Values[Measurement.FalseAlarms(threshold)]);
                (double low, double high) = Binomial.Interval((int)Math.Round(rate * run[0].TestRows), run[0].TestRows);
                return string.Create(CultureInfo.InvariantCulture, $"{rate:.000} ({low:.000}–{high:.000})");
            });
            text.AppendLine($"| {run[0].Set} | {run[0].TestRows} × {run.Length} | {string.Join(" | ", cells)} |");
        }

        text.AppendLine();
    }

    private static string ShortName(string figure) => figure.Split(' ') is ["AUROC", var detector, var kind] ? $"{detector}, {kind}" : figure;

    private static string Cell(Measurement[] run, string figure)
    {
        double[] values = [.. run.Where(m => m.Values.ContainsKey(figure)).Select(m => m.Values[figure])];
        if (values.Length == 0)
            return "–";
        double mean = values.Average();
        string format = figure == "seconds" ? "0" : ".000";
        string text = mean.ToString(format, CultureInfo.InvariantCulture);
        if (values.Length == 1)
            return text;
        double deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        return $"{text} ± {deviation.ToString(format, CultureInfo.InvariantCulture)}";
    }
}
