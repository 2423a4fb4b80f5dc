using System.Globalization;
using Microsoft.ML.Jem.Evaluation;
using OxyPlot;

namespace Microsoft.ML.Jem.Reporting.Plots;

public static partial class JemPlots
{
    // More points than a drawing can show only make the file larger.
    private const int MostPoints = 400;

    /// <summary>ROC curves: which share of unseen rows a threshold detects, over the share of known rows that raise a false alarm.</summary>
    /// <param name="scores">The name of each score with what was measured of it.</param>
    /// <returns>The plot; the legend names the area under each curve.</returns>
    public static PlotModel Roc(IReadOnlyList<(string Name, OutOfDistributionMetrics Metrics)> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        PlotModel plot = PlotStyle.Create(PlotStyle.Shares("false alarms (share of known rows)"), PlotStyle.Shares("detected (share of unseen rows)")).WithLegendInside();
        for (int i = 0; i < scores.Count; i++)
        {
            (string name, OutOfDistributionMetrics metrics) = scores[i];
            IEnumerable<DataPoint> points = Thin(metrics.Curve).Select(point => new DataPoint(point.FalseAlarmRate, point.DetectionRate));
            plot.Series.Add(PlotStyle.Line(
                string.Create(CultureInfo.InvariantCulture, $"{name} ({metrics.AreaUnderRocCurve:F3})"),
                PlotColors.OfSeries(i), [new DataPoint(0, 0), .. points], i % 2 == 0 ? LineStyle.Solid : LineStyle.Dash));
        }

        plot.Series.Add(PlotStyle.Diagonal("chance"));
        return plot;
    }

    private static IEnumerable<T> Thin<T>(IReadOnlyList<T> points)
    {
        int step = Math.Max(1, points.Count / MostPoints);
        for (int i = 0; i < points.Count; i++)
        {
            if (i % step == 0 || i == points.Count - 1)
                yield return points[i];
        }
    }
}
