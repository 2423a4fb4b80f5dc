using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Networks;

/// <summary>A network as a user would bring one: a hidden layer with layer normalisation and tanh.</summary>
public sealed class NormalizedNetwork(int hidden) : JemNetwork
{
    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Build(int featureCount, int classCount) => nn.Sequential(
        ("hidden", nn.Linear(featureCount, hidden)),
        ("norm", nn.LayerNorm(hidden)),
        ("tanh", nn.Tanh()),
        ("logits", nn.Linear(hidden, classCount)));

    /// <inheritdoc/>
    public override string WriteTo(OnnxGraph graph, string input, nn.Module<Tensor, Tensor> module)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(module);
        Dictionary<string, string> names = [];
        foreach ((string name, Parameter parameter) in module.named_parameters())
        {
            using Tensor values = parameter.detach().cpu();
            names[name] = graph.AddInitializer(InitializerName(name), values.data<float>().ToArray(), parameter.shape);
        }

        string value = graph.AddNode("Gemm", [input, names["hidden.weight"], names["hidden.bias"]], OnnxAttribute.Int("transB", 1));
        value = graph.AddNode("LayerNormalization", [value, names["norm.weight"], names["norm.bias"]], OnnxAttribute.Float("epsilon", 1e-5f));
        value = graph.AddNode("Tanh", [value]);
        return graph.AddNode("Gemm", [value, names["logits.weight"], names["logits.bias"]], OnnxAttribute.Int("transB", 1));
    }
}
