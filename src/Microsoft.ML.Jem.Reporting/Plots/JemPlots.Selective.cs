using Microsoft.ML.Jem.Evaluation;
using OxyPlot;

namespace Microsoft.ML.Jem.Reporting.Plots;

public static partial class JemPlots
{
    /// <summary>A risk-coverage curve: the share of wrong answers when only the surest rows are answered.</summary>
    /// <param name="metrics">What was measured.</param>
    /// <returns>The plot.</returns>
    public static PlotModel RiskCoverage(SelectiveMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        PlotModel plot = PlotStyle.Create(
            PlotStyle.Shares("coverage (share of rows answered, surest first)"), PlotStyle.Numbers("risk (share of these wrong)", 0));
        plot.Series.Add(PlotStyle.Line("risk", PlotColors.Blue, Thin(metrics.Curve).Select(point => new DataPoint(point.Coverage, point.Risk))));
        KeepHeight(plot, metrics.Curve.Select(point => point.Risk));
        return plot;
    }

    /// <summary>Accuracy over the strength of an adversary.</summary>
    /// <param name="metrics">What was measured.</param>
    /// <returns>The plot.</returns>
    public static PlotModel Robustness(RobustnessMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        string norm = metrics.Norm == AttackNorm.L2 ? "L2" : "L∞";
        PlotModel plot = PlotStyle.Create(
            PlotStyle.Numbers($"ε ({norm}, in deviations of a feature)"), PlotStyle.Numbers("accuracy", 0, 1.02));
        var line = PlotStyle.Line(
            "accuracy", PlotColors.Blue, [new DataPoint(0, metrics.Accuracy), .. metrics.Curve.Select(point => new DataPoint(point.Epsilon, point.Accuracy))]);
        line.MarkerType = MarkerType.Circle;
        line.MarkerSize = 4;
        line.MarkerFill = PlotColors.Blue;
        plot.Series.Add(line);
        return plot;
    }

    /// <summary>Gives a plot whose values are all 0 a height, so that its axis does not count in tiny numbers.</summary>
    private static void KeepHeight(PlotModel plot, IEnumerable<double> values)
    {
        if (!values.Any(value => value > 0))
            plot.Axes[1].Maximum = 0.1;
    }
}
