using Microsoft.ML.Jem.Calibration;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>What one member of the ensemble leaves in the graph.</summary>
/// <param name="Network">Its logits, and their gradient where a statistic needs it.</param>
/// <param name="Energy">Name of −logsumexp f(x), [N, 1].</param>
/// <param name="Statistics">Names of the statistics, [N, 1] each.</param>
internal sealed record MemberNodes(NetworkValues Network, string Energy, string[] Statistics)
{
    /// <summary>Writes a member.</summary>
    public static MemberNodes Write(OnnxGraph graph, JemModelSettings settings, int index, StandardizedFeatures standardized, NetworkWriter writeNetwork)
    {
        graph.Scope = JemNames.Scope(index, settings.Members.Count);
        try
        {
            MemberSettings member = settings.Members[index];
            NetworkValues network = WriteNetwork(graph, standardized.Clipped, writeNetwork, settings.Statistics);
            string energy = graph.AddNode("Neg", [graph.ReduceColumns("ReduceLogSumExp", network.Logits, keepDimension: true)]);
            string[] statistics =
            [
                .. settings.Statistics.Select(statistic => StatisticNodes.Write(graph, statistic, standardized.Wide, network, energy, member)),
            ];
            return new MemberNodes(network, energy, statistics);
        }
        finally
        {
            graph.Scope = "";
        }
    }

    private static NetworkValues WriteNetwork(
        OnnxGraph graph, string input, NetworkWriter writeNetwork, IReadOnlyList<OodStatistic> statistics)
    {
        bool withGradient = statistics.Contains(OodStatistic.ApproximateMass);
        int reserved = graph.InitializerNames.Count(JemNames.IsReserved);
        NetworkValues values = writeNetwork(graph, input, withGradient);
        if (!graph.Contains(values.Logits))
            throw new ArgumentException($"The network says its logits are '{values.Logits}', which is not in the graph.", nameof(writeNetwork));
        if (withGradient && values.Gradient is null)
            throw new ArgumentException("The approximate mass needs the network's input gradient in the graph, which this network does not write.", nameof(writeNetwork));
        if (statistics.Contains(OodStatistic.HiddenNeighbor) && values.Hidden is null)
            throw new ArgumentException("The nearest hidden neighbour needs the network's last hidden layer in the graph, which this network does not name.", nameof(writeNetwork));
        if (graph.InitializerNames.Count(JemNames.IsReserved) > reserved)
            throw new ArgumentException($"The network stores weights under a name that begins with '{JemNames.Prefix}'. These names are reserved; choose another.", nameof(writeNetwork));
        return values;
    }
}
