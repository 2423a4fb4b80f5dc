using OxyPlot;

namespace Microsoft.ML.Jem.Reporting.Plots;

public static partial class JemPlots
{
    /// <summary>How well the classes were told apart while training: loss over epochs, with recoveries marked.</summary>
    /// <param name="epochs">The epochs, in order.</param>
    /// <returns>The plot.</returns>
    public static PlotModel TrainingLoss(IReadOnlyList<TrainingEpoch> epochs) => OverEpochs(
        epochs, "log-loss (nats)", 0,
        ("training rows", epoch => epoch.ClassificationLoss), ("held-out rows", epoch => epoch.ValidationLogLoss));

    /// <summary>Energy of training rows and of the sampler's chains over epochs, with recoveries marked: the two stay close while training is sound.</summary>
    /// <param name="epochs">The epochs, in order.</param>
    /// <returns>The plot.</returns>
    public static PlotModel TrainingEnergy(IReadOnlyList<TrainingEpoch> epochs) => OverEpochs(
        epochs, "mean energy", double.NaN, ("training rows", epoch => epoch.DataEnergy), ("sampled rows", epoch => epoch.SampleEnergy));

    private static PlotModel OverEpochs(
        IReadOnlyList<TrainingEpoch> epochs, string title, double minimum, params (string Name, Func<TrainingEpoch, double> Value)[] curves)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        PlotModel plot = PlotStyle.Create(PlotStyle.Numbers("epoch", format: "0"), PlotStyle.Numbers(title, minimum)).WithLegend();
        plot.Axes[0].MinimumMajorStep = 1;
        for (int i = 0; i < curves.Length; i++)
        {
            Func<TrainingEpoch, double> value = curves[i].Value;
            DataPoint[] points = [.. epochs.Select(epoch => new DataPoint(epoch.Epoch, double.IsFinite(value(epoch)) ? value(epoch) : double.NaN))];
            if (points.Any(point => point.IsDefined()))
                plot.Series.Add(PlotStyle.Line(curves[i].Name, PlotColors.OfSeries(i), points, i == 0 ? LineStyle.Solid : LineStyle.Dash));
        }

        // One line is named; words at each would lie on top of each other.
        foreach (TrainingEpoch epoch in epochs.Where(epoch => epoch.Recovery is not null))
            plot.Annotations.Add(PlotStyle.Mark(epoch.Epoch, plot.Annotations.Count == 0 ? "recovery" : "", PlotColors.Orange));
        return plot;
    }
}
