namespace Microsoft.ML.Jem.Onnx;

/// <summary>What a network leaves in a graph.</summary>
/// <param name="Logits">Name of the logits f(x), float [N, K].</param>
/// <param name="Gradient">Name of ∂ logsumexp f(x)/∂x, float [N, d]; null where the network cannot write it.</param>
/// <param name="Hidden">Name of the last hidden layer, float [N, h]; null where the network does not name it.</param>
internal sealed record NetworkValues(string Logits, string? Gradient = null, string? Hidden = null);

/// <summary>Writes a network into a graph.</summary>
/// <param name="graph">Receives weights and operators.</param>
/// <param name="input">Name of the standardised features, float [N, d].</param>
/// <param name="withGradient">Whether the gradient is wanted; without, its nodes are left out.</param>
internal delegate NetworkValues NetworkWriter(OnnxGraph graph, string input, bool withGradient);
