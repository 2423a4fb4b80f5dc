using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>What one member of the ensemble leaves in the graph.</summary>
/// <param name="Logits">Name of its logits, [N, K].</param>
/// <param name="Energy">Name of −logsumexp f(x), [N, 1].</param>
/// <param name="Statistics">Names of its witnesses' statistics, [N, 1] each.</param>
internal sealed record MemberNodes(string Logits, string Energy, string[] Statistics)
{
    /// <summary>Writes a member.</summary>
    public static MemberNodes Write(OnnxGraph graph, JemModelSettings settings, int index, StandardizedFeatures standardized, NetworkWriter writeNetwork)
    {
        graph.Scope = JemNames.Scope(index, settings.Members.Count);
        try
        {
            IReadOnlyList<Witness> witnesses = settings.Members[index].Witnesses;
            NetworkValues network = WriteNetwork(graph, standardized.Clipped, writeNetwork, witnesses);
            string energy = graph.AddNode("Neg", [graph.ReduceColumns("ReduceLogSumExp", network.Logits, keepDimension: true)]);
            var inputs = new WitnessInputs(standardized.Wide, network, energy);
            return new MemberNodes(network.Logits, energy, [.. witnesses.Select(witness => witness.Write(graph, inputs))]);
        }
        finally
        {
            graph.Scope = "";
        }
    }

    private static NetworkValues WriteNetwork(OnnxGraph graph, string input, NetworkWriter writeNetwork, IReadOnlyList<Witness> witnesses)
    {
        int reserved = graph.InitializerNames.Count(JemNames.IsReserved);
        NetworkValues values = writeNetwork(graph, input, witnesses.Any(witness => witness.Kind.NeedsGradient));
        if (!graph.Contains(values.Logits))
            throw new ArgumentException($"The network says its logits are '{values.Logits}', which is not in the graph.", nameof(writeNetwork));
        foreach (WitnessKind kind in witnesses.Select(witness => witness.Kind))
        {
            if (kind.NeedsGradient && values.Gradient is null)
                throw new ArgumentException($"The statistic {kind.Name} needs the network's input gradient in the graph, which this network does not write.", nameof(writeNetwork));
            if (kind.NeedsHidden && values.Hidden is null)
                throw new ArgumentException($"The statistic {kind.Name} needs the network's last hidden layer in the graph, which this network does not name.", nameof(writeNetwork));
        }

        if (graph.InitializerNames.Count(JemNames.IsReserved) > reserved)
            throw new ArgumentException($"The network stores weights under a name that begins with '{JemNames.Prefix}'. These names are reserved; choose another.", nameof(writeNetwork));
        return values;
    }
}
