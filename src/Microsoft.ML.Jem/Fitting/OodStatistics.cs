using Microsoft.ML.Jem.Calibration;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Fitting;

/// <summary>Which statistics a model's <c>OodScore</c> is made of.</summary>
internal static class OodStatistics
{
    /// <summary>The one asked for, or those of the combination that the network offers.</summary>
    /// <exception cref="InvalidOperationException">The network does not offer the one asked for.</exception>
    public static OodStatistic[] Of(JemTrainingOptions options)
    {
        JemNetwork network = options.Network;
        return options.OodStatistic switch
        {
            OodStatistic.Combination when network.NamesHidden =>
                [OodStatistic.Energy, OodStatistic.MaxProbability, OodStatistic.HiddenNeighbor, OodStatistic.ReferenceDensity],
            OodStatistic.Combination => [OodStatistic.Energy, OodStatistic.MaxProbability, OodStatistic.ReferenceDensity],
            OodStatistic.ApproximateMass when !network.WritesGradient => throw Missing(network, options.OodStatistic, "write its input gradient to ONNX"),
            OodStatistic.HiddenNeighbor when !network.NamesHidden => throw Missing(network, options.OodStatistic, "name its last hidden layer"),
            OodStatistic one => [one],
        };
    }

    /// <summary>How much each statistic counts; one alone counts 1.</summary>
    public static float[] Weights(IReadOnlyList<OodStatistic> statistics, ReferenceMeasure? reference) =>
        statistics.Count == 1 ? [1] : [.. statistics.Select(statistic => Weight(statistic, reference))];

    /// <summary>
    /// How much a statistic counts in a combination. Chosen on eleven sets: counting the energy twice was the best compromise, and
    /// a reference density whose classes share one covariance tells less than one that knows each class's shape (docs/method.md).
    /// </summary>
    private static float Weight(OodStatistic statistic, ReferenceMeasure? reference) => statistic switch
    {
        OodStatistic.Energy => 2,
        OodStatistic.ReferenceDensity when reference is { IsPerClass: false } => 0.5f,
        _ => 1,
    };

    private static InvalidOperationException Missing(JemNetwork network, OodStatistic statistic, string ability) =>
        new($"OodStatistic.{statistic} needs a network that can {ability}, which {network.GetType().Name} cannot. Choose another OodStatistic.");
}
