using Microsoft.ML.Jem.Networks.Kernels;
using TorchSharp;

namespace Microsoft.ML.Jem.Networks;

/// <summary>Passes through a multilayer perceptron computed here rather than in libtorch: for small networks, a fraction of the time.</summary>
internal sealed class VectorizedPerceptron : VectorizedNetwork
{
    // Beyond this the weights leave the caches from block to block, and libtorch's products are the better ones.
    private const int MostWeights = 1 << 20;

    private readonly PerceptronModule _module;
    private readonly VectorWidth _vectors;

    private VectorizedPerceptron(PerceptronModule module, int width, VectorWidth vectors)
        : base(width, PerceptronPass.Capacity) => (_module, _vectors) = (module, vectors);

    /// <summary>
    /// Prepares a module's passes; null where its device is not the processor, the module is too large, or .NET has no vectors here and no
    /// width is asked for: libtorch brings its own.
    /// </summary>
    /// <param name="module">The module; its weights are read where they are.</param>
    /// <param name="vectors">The width of vectors; null for the widest this processor has.</param>
    public static VectorizedPerceptron? Create(PerceptronModule module, VectorWidth? vectors = null) =>
        (vectors ?? VectorWidths.Available[0]) is var width && (vectors is not null || width != VectorWidth.None)
        && module.Layers[0].weight!.device_type == DeviceType.CPU
        && module.Layers.Sum(layer => layer.weight!.numel()) <= MostWeights
            ? new VectorizedPerceptron(module, (int)module.Layers[0].weight!.shape[1] - (module.Encoding?.Count ?? 0), width)
            : null;

    /// <summary>Passes for one thread.</summary>
    public PerceptronPass CreatePass() => PerceptronPass.Create(_vectors, _module);

    /// <inheritdoc/>
    public override void Refresh()
    {
        // Weights are read where the module has them.
    }

    /// <inheritdoc/>
    protected override Workspace CreateWorkspace() => new Block(CreatePass());

    private sealed class Block(PerceptronPass pass) : Workspace
    {
        public override void InputGradient(ReadOnlySpan<float> x, ReadOnlySpan<long> y, Span<float> gradient)
        {
            pass.Forward(x);
            pass.StartFromLogits(y);
            pass.BackwardToInput(gradient);
        }
    }
}
