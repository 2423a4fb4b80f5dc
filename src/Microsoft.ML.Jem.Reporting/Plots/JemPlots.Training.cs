using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Microsoft.ML.Jem.Reporting.Plots;

public static partial class JemPlots
{
    /// <summary>How well the classes were told apart while training: loss over epochs, with recoveries marked.</summary>
    /// <param name="epochs">The epochs, in order.</param>
    /// <returns>The plot.</returns>
    public static PlotModel TrainingLoss(IReadOnlyList<TrainingEpoch> epochs) => OverEpochs(
        epochs, PlotStyle.Magnitudes("log-loss (nats)"),
        ("training rows", epoch => epoch.ClassificationLoss), ("held-out rows", epoch => epoch.ValidationLogLoss));

    /// <summary>Energy of training rows and of the sampler's chains over epochs, with recoveries marked: the two stay close while training is sound.</summary>
    /// <param name="epochs">The epochs, in order.</param>
    /// <returns>The plot.</returns>
    public static PlotModel TrainingEnergy(IReadOnlyList<TrainingEpoch> epochs) => OverEpochs(
        epochs, PlotStyle.Numbers("mean energy"), ("training rows", epoch => epoch.DataEnergy), ("sampled rows", epoch => epoch.SampleEnergy));

    private static PlotModel OverEpochs(
        IReadOnlyList<TrainingEpoch> epochs, Axis vertical, params (string Name, Func<TrainingEpoch, double> Value)[] curves)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        PlotModel plot = PlotStyle.Create(PlotStyle.Numbers("epoch", format: "0"), vertical).WithLegend();
        plot.Axes[0].MinimumMajorStep = 1;
        for (int i = 0; i < curves.Length; i++)
        {
            string name = curves[i].Name;
            Func<TrainingEpoch, double> value = curves[i].Value;
            foreach (IGrouping<int, TrainingEpoch> member in epochs.GroupBy(epoch => epoch.Member))
            {
                DataPoint[] points = [.. member.Select(epoch => new DataPoint(epoch.Epoch, vertical.IsValidValue(value(epoch)) ? value(epoch) : double.NaN))];
                if (!points.Any(point => point.IsDefined()))
                    continue;
                plot.Series.Add(PlotStyle.Line(name, PlotColors.OfSeries(i), points, i == 0 ? LineStyle.Solid : LineStyle.Dash));

                // All members share a colour, and a line in the legend.
                name = "";
            }
        }

        foreach (LineSeries line in plot.Series.OfType<LineSeries>().Where(_ => plot.Series.Count > curves.Length))
            line.StrokeThickness = 1.2;
        plot.Mark("recovery", PlotColors.Green, [.. epochs.Where(epoch => epoch.Recovered).Select(epoch => (double)epoch.Epoch)]);
        return plot;
    }
}
