using Microsoft.ML.Jem.Evaluation;
using OxyPlot;
using OxyPlot.Series;

namespace Microsoft.ML.Jem.Reporting.Plots;

/// <summary>
/// The plots of a report, one a method, for the metrics of any multiclass trainer. <see cref="PlotSvg.ToSvg"/> draws them in a notebook.
/// </summary>
public static partial class JemPlots
{
    private const double SmallestMarker = 3;
    private const double LargestMarker = 9;

    /// <summary>
    /// A reliability diagram: the accuracy of rows over the confidence they were answered with. Larger dots stand for more rows; points on the diagonal
    /// are answers that can be taken at their word.
    /// </summary>
    /// <param name="metrics">The metrics of the scored rows.</param>
    /// <param name="uncalibrated">The metrics before calibration, to compare with; null for none.</param>
    /// <returns>The plot.</returns>
    public static PlotModel Reliability(CalibrationMetrics metrics, CalibrationMetrics? uncalibrated = null)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        PlotModel plot = PlotStyle.Create(PlotStyle.Shares("confidence (probability of the answer)"), PlotStyle.Shares("accuracy")).WithLegend();
        plot.Series.Add(PlotStyle.Diagonal("ideal"));
        if (uncalibrated is not null)
            AddBins(plot, "before calibration", uncalibrated, PlotColors.Vermillion, MarkerType.Diamond);
        AddBins(plot, uncalibrated is null ? "measured" : "after calibration", metrics, PlotColors.Blue, MarkerType.Circle);
        return plot;
    }

    private static void AddBins(PlotModel plot, string title, CalibrationMetrics metrics, OxyColor color, MarkerType marker)
    {
        ReliabilityBin[] bins = [.. metrics.Bins.Where(bin => bin.Count > 0)];
        plot.Series.Add(PlotStyle.Line("", OxyColor.FromAColor(90, color), bins.Select(bin => new DataPoint(bin.MeanConfidence, bin.Accuracy))));
        var dots = new ScatterSeries { Title = title, MarkerType = marker, MarkerFill = color };
        dots.Points.AddRange(bins.Select(bin => new ScatterPoint(bin.MeanConfidence, bin.Accuracy, MarkerSize((double)bin.Count / metrics.RowCount))));
        plot.Series.Add(dots);
    }

    /// <summary>Areas of dots are proportional to the rows they stand for.</summary>
    private static double MarkerSize(double share) => Math.Max(SmallestMarker, LargestMarker * Math.Sqrt(share));
}
