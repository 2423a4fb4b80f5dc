using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Microsoft.ML.Jem.Reporting.Plots;

/// <summary>What all plots have in common.</summary>
internal static class PlotStyle
{
    private const double FontSize = 14;

    /// <summary>An empty plot with two axes.</summary>
    public static PlotModel Create(Axis horizontal, Axis vertical)
    {
        var model = new PlotModel
        {
            DefaultFont = "sans-serif",
            DefaultFontSize = FontSize,
            TextColor = PlotColors.Ink,
            PlotAreaBorderColor = PlotColors.Line,
            Padding = new OxyThickness(4, 4, 14, 4),
            Axes = { horizontal, vertical },
        };
        horizontal.Position = AxisPosition.Bottom;
        vertical.Position = AxisPosition.Left;
        return model;
    }

    /// <summary>An axis of numbers.</summary>
    public static LinearAxis Numbers(string title, double minimum = double.NaN, double maximum = double.NaN, string? format = null) => Plain(new LinearAxis
    {
        Title = title,
        Minimum = minimum,
        Maximum = maximum,
        StringFormat = format,
        MaximumPadding = 0.04,
        MinimumPadding = 0.04,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = PlotColors.Line,
        IntervalLength = 48,
    });

    /// <summary>An axis of positive numbers that spread over orders of magnitude.</summary>
    public static LogarithmicAxis Magnitudes(string title)
    {
        LogarithmicAxis axis = Plain(new LogarithmicAxis { Title = title, MajorGridlineStyle = LineStyle.Solid, MajorGridlineColor = PlotColors.Line, UseSuperExponentialFormat = false, IntervalLength = 45 });
        axis.MinorTicklineColor = PlotColors.Line;
        return axis;
    }

    /// <summary>An axis of shares between 0 and 1.</summary>
    public static LinearAxis Shares(string title) => Numbers(title, -0.02, 1.02);

    /// <summary>An axis of names.</summary>
    public static CategoryAxis Names(string title, IEnumerable<string> names)
    {
        var axis = Plain(new CategoryAxis { Title = title });
        axis.Labels.AddRange(names);
        return axis;
    }

    /// <summary>A legend above the plot.</summary>
    public static PlotModel WithLegend(this PlotModel model)
    {
        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.TopLeft,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendTextColor = PlotColors.Ink,
            LegendPadding = 0,
            LegendMargin = 4,
            LegendColumnSpacing = 14,
        });
        return model;
    }

    /// <summary>A legend inside the plot, below at the right, where curves that rise steeply leave room.</summary>
    public static PlotModel WithLegendInside(this PlotModel model)
    {
        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Inside,
            LegendPosition = LegendPosition.BottomRight,
            LegendTextColor = PlotColors.Ink,
            LegendMargin = 4,
        });
        return model;
    }

    /// <summary>A line through points, NaN breaking it.</summary>
    public static LineSeries Line(string title, OxyColor color, IEnumerable<DataPoint> points, LineStyle style = LineStyle.Solid)
    {
        var series = new LineSeries { Title = title, Color = color, StrokeThickness = 2, LineStyle = style };
        series.Points.AddRange(points);
        return series;
    }

    /// <summary>A thin dashed line from corner to corner.</summary>
    public static LineSeries Diagonal(string title) =>
        Line(title, PlotColors.Faint, [new DataPoint(0, 0), new DataPoint(1, 1)], LineStyle.Dash).Thin();

    /// <summary>Marks places on the horizontal axis by lines across the plot; the legend says what they are.</summary>
    public static void Mark(this PlotModel model, string title, OxyColor color, params ReadOnlySpan<double> places)
    {
        foreach (double place in places)
        {
            model.Annotations.Add(new LineAnnotation
            {
                Type = LineAnnotationType.Vertical,
                X = place,
                Color = color,
                StrokeThickness = 1.5,
                LineStyle = LineStyle.Dash,
            });
        }

        if (places.Length > 0)
            model.Series.Add(Line(title, color, [], LineStyle.Dash).Thin());
    }

    private static LineSeries Thin(this LineSeries series)
    {
        series.StrokeThickness = 1.2;
        return series;
    }

    private static TAxis Plain<TAxis>(TAxis axis)
        where TAxis : Axis
    {
        axis.TicklineColor = PlotColors.Line;
        axis.AxislineColor = PlotColors.Line;
        axis.TextColor = PlotColors.Faint;
        axis.TitleColor = PlotColors.Ink;
        axis.MinorTickSize = 0;
        axis.MajorTickSize = 4;
        axis.AxisTitleDistance = 6;
        axis.IsZoomEnabled = false;
        axis.IsPanEnabled = false;
        return axis;
    }
}
