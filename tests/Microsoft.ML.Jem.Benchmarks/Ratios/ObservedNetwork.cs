using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>A network that is another one in all it does, and shows the module that is being trained.</summary>
internal sealed class ObservedNetwork(JemNetwork network) : JemNetwork
{
    /// <summary>The module built last.</summary>
    public Module<Tensor, Tensor>? Module { get; private set; }

    /// <inheritdoc/>
    public override ImageShape? Image => network.Image;

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> Build(int featureCount, int classCount) => Module = network.Build(featureCount, classCount);

    /// <inheritdoc/>
    public override string WriteTo(OnnxGraph graph, string input, Module<Tensor, Tensor> module) => network.WriteTo(graph, input, module);

    /// <inheritdoc/>
    protected internal override void Initialize(Module<Tensor, Tensor> module, Generator generator) => network.Initialize(module, generator);

    /// <inheritdoc/>
    internal override Tensor InputGradient(Module<Tensor, Tensor> module, Tensor x, Func<Tensor, Tensor> logitGradient) =>
        network.InputGradient(module, x, logitGradient);
}
