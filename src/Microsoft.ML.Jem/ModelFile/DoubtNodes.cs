using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>
/// Writes <c>Score</c>: the ensemble's probabilities for a familiar row, drawn towards 1/K where hardly any held-out row was as
/// strange, since there nothing vouches for them.
/// </summary>
/// <remarks>
/// Bayes' rule with two kinds of row: known ones, whose conformal p-value p is uniform on [0, 1], and a share ε of others, about
/// which the classifier knows nothing. The other kind then has the weight λ = ε/(ε + p), and Score = (1 − λ)·p(y|x) + λ/K. The
/// most probable class stays the most probable.
/// </remarks>
internal static class DoubtNodes
{
    /// <summary>Writes the nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="probability">Name of p(y|x), [N, K].</param>
    /// <param name="below">Name of the number of held-out rows that are less strange, [N, 1].</param>
    /// <param name="settings">Tells ε, K and the number of held-out rows n.</param>
    public static string Write(OnnxGraph graph, string probability, string below, JemModelSettings settings)
    {
        // With p = (n + 1 − below)/(n + 1), λ = c/(c + n + 1 − below) where c = ε·(n + 1).
        float count = settings.TableSize + 1f;
        float prior = settings.UnfamiliarShare * count;
        string priorName = graph.AddInitializer($"{JemNames.Doubt}.Prior", [prior]);
        string rank = graph.AddNode("Sub", [graph.AddInitializer($"{JemNames.Doubt}.Count", [prior + count]), below]);
        string doubt = graph.AddNode("Div", [priorName, rank]);

        // Products with a positive number and sums with a constant keep the order of probabilities even when they are rounded.
        string kept = graph.AddNode("Mul", [probability, graph.AddNode("Sub", [graph.Constant("Jem.One", 1), doubt])]);
        string even = graph.AddNode("Mul", [doubt, graph.AddInitializer($"{JemNames.Doubt}.Even", [1f / settings.ClassCount])]);
        return graph.AddNode("Add", [kept, even], JemNames.Score);
    }
}
