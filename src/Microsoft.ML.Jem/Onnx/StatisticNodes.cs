using Microsoft.ML.Jem.Calibration;
using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Writes the statistics of a row that tell familiar from unfamiliar; each is float [N, 1], higher = stranger.</summary>
internal static class StatisticNodes
{
    /// <summary>Added to 1 − max p, which a float cannot tell from 0 when the classifier is sure.</summary>
    private const float SmallestDoubt = 1e-7f;

    /// <summary>Keeps the direction of a hidden layer that is all zero finite.</summary>
    private const float SmallestNorm = 1e-6f;

    /// <summary>Writes one statistic of one member.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="statistic">Which one; not the combination.</param>
    /// <param name="standardized">Name of the standardised features as the reference measure sees them, [N, d].</param>
    /// <param name="network">What the member's network left in the graph.</param>
    /// <param name="energy">Name of the member's energy, [N, 1].</param>
    /// <param name="member">The member's reference measure and prototypes, where the statistic needs them.</param>
    public static string Write(
        OnnxGraph graph, OodStatistic statistic, string standardized, NetworkValues network, string energy, MemberSettings member) => statistic switch
        {
            OodStatistic.Energy => energy,
            OodStatistic.MaxProbability => Doubt(graph, network.Logits),
            OodStatistic.ApproximateMass => graph.ReduceColumns("ReduceL2", network.Gradient!, keepDimension: true),
            OodStatistic.ReferenceDensity => ReferenceNodes.Write(graph, standardized, member.Reference!),
            OodStatistic.HiddenNeighbor => NeighborDistance(graph, network.Hidden!, member.Prototypes!),
            _ => throw new ArgumentOutOfRangeException(nameof(statistic), statistic, "Not a statistic of its own."),
        };

    /// <summary>ln(1 − max softmax f(x)).</summary>
    private static string Doubt(OnnxGraph graph, string logits)
    {
        string highest = graph.ReduceColumns("ReduceMax", graph.AddNode("Softmax", [logits], OnnxAttribute.Int("axis", 1)), keepDimension: true);
        string one = graph.Constant("Jem.Sure", 1 + SmallestDoubt);
        return graph.AddNode("Log", [graph.AddNode("Sub", [one, highest])]);
    }

    /// <summary>min_i ‖h/‖h‖ − u_i‖ = √(2 − 2·max_i cos(h, u_i)).</summary>
    private static string NeighborDistance(OnnxGraph graph, string hidden, Prototypes prototypes)
    {
        string products = graph.AddNode(
            "Gemm", [hidden, graph.AddInitializer(JemNames.Prototypes, prototypes.Directions, prototypes.Count, prototypes.Width)], OnnxAttribute.Int("transB", 1));
        string nearest = graph.ReduceColumns("ReduceMax", products, keepDimension: true);
        string norm = graph.AddNode("Max", [graph.ReduceColumns("ReduceL2", hidden, keepDimension: true), graph.Constant("Jem.SmallestNorm", SmallestNorm)]);
        string two = graph.Constant("Jem.Two", 2);
        string cosine = graph.AddNode("Min", [graph.AddNode("Div", [nearest, norm]), graph.Constant("Jem.One", 1)]);
        return graph.AddNode("Sqrt", [graph.AddNode("Sub", [two, graph.AddNode("Mul", [cosine, two])])]);
    }
}
