using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>What a model file holds.</summary>
/// <param name="Settings">All that surrounds the network.</param>
/// <param name="Weights">The network's weights under the names it stored them by.</param>
internal sealed record JemGraphDescription(JemModelSettings Settings, IReadOnlyDictionary<string, OnnxTensor> Weights);
