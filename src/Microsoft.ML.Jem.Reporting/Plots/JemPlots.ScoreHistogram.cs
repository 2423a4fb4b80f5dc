using OxyPlot;
using OxyPlot.Series;

namespace Microsoft.ML.Jem.Reporting.Plots;

public static partial class JemPlots
{
    private const int BinCount = 30;

    // Beyond these shares of the rows lie the outliers that would squeeze all others into one bar; they join the outermost bars.
    private const double LowestShare = 0.005;
    private const double HighestShare = 0.995;

    /// <summary>How a score is distributed over known and over unseen rows, each as shares of its own rows.</summary>
    /// <param name="name">What the score is, with its unit: the title of the axis.</param>
    /// <param name="known">Scores of rows like the training data; those that are not finite are left out.</param>
    /// <param name="unseen">Scores of rows unlike it; null or empty for none.</param>
    /// <param name="threshold">Where a line is drawn; null for none.</param>
    /// <param name="thresholdName">What the line is, for the legend.</param>
    /// <returns>The plot. The outermost bars also hold the rows beyond them.</returns>
    public static PlotModel ScoreHistogram(
        string name, IReadOnlyList<double> known, IReadOnlyList<double>? unseen = null, double? threshold = null, string thresholdName = "threshold")
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(thresholdName);
        double[] inside = Sorted(known);
        double[] outside = Sorted(unseen ?? []);
        (double low, double high) = Span(inside, outside, threshold);

        PlotModel plot = PlotStyle.Create(PlotStyle.Numbers(name), PlotStyle.Numbers("share of rows", 0)).WithLegend();
        AddBars(plot, "known rows", inside, low, high, PlotColors.Blue);
        AddBars(plot, "unseen rows", outside, low, high, PlotColors.Vermillion);
        if (threshold is { } value && double.IsFinite(value))
            plot.Mark(thresholdName, PlotColors.Ink, value);
        return plot;
    }

    private static void AddBars(PlotModel plot, string title, double[] sorted, double low, double high, OxyColor color)
    {
        if (sorted.Length == 0)
            return;

        var counts = new int[BinCount];
        foreach (double value in sorted)
            counts[Math.Clamp((int)((value - low) / (high - low) * BinCount), 0, BinCount - 1)]++;

        var bars = new RectangleBarSeries { Title = title, FillColor = OxyColor.FromAColor(110, color), StrokeColor = color, StrokeThickness = 1 };
        double width = (high - low) / BinCount;
        for (int bin = 0; bin < BinCount; bin++)
        {
            if (counts[bin] > 0)
                bars.Items.Add(new RectangleBarItem(low + bin * width, 0, low + (bin + 1) * width, (double)counts[bin] / sorted.Length));
        }

        plot.Series.Add(bars);
    }

    private static double[] Sorted(IReadOnlyList<double> values) => [.. values.Where(double.IsFinite).Order()];

    private static (double Low, double High) Span(double[] inside, double[] outside, double? threshold)
    {
        double[][] samples = [.. new[] { inside, outside }.Where(sample => sample.Length > 0)];
        List<double> ends = [.. samples.Select(sample => Quantile(sample, LowestShare)), .. samples.Select(sample => Quantile(sample, HighestShare))];
        if (threshold is { } value && double.IsFinite(value))
            ends.Add(value);
        if (ends.Count == 0)
            return (0, 1);
        double low = ends.Min();
        double high = ends.Max();

        // Values that are all one, or differ by less than doubles resolve, still get bars of a width.
        double least = 1e-9 * Math.Max(1, Math.Max(Math.Abs(low), Math.Abs(high)));
        return high - low > least ? (low, high) : (low - 0.5 * Math.Max(1, Math.Abs(low)), high + 0.5 * Math.Max(1, Math.Abs(high)));
    }

    /// <summary>The lowest of the sorted values below or at which the share of them lies.</summary>
    internal static double Quantile(double[] sorted, double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
