using Microsoft.ML.Jem.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Networks;

/// <summary>The module of <see cref="MultilayerPerceptron"/>; its parameters are layers.0.weight, layers.0.bias, layers.1.weight, …</summary>
internal sealed class PerceptronModule : Module<Tensor, Tensor>
{
    /// <summary>LeakyReLU's slope below zero, as in the paper's networks.</summary>
    public const double NegativeSlope = 0.2;

    private readonly Activation _activation;
    private readonly ModuleList<Linear> _layers;

    /// <param name="activation">What follows each layer but the last.</param>
    /// <param name="widths">Features, hidden units layer by layer, classes.</param>
    public PerceptronModule(Activation activation, int[] widths)
        : base(nameof(MultilayerPerceptron))
    {
        _activation = activation;
        Layers = [.. widths.Zip(widths.Skip(1), (from, to) => Linear(from, to))];
        _layers = new ModuleList<Linear>(Layers);
        register_module("layers", _layers);
    }

    /// <summary>The linear layers in order.</summary>
    public Linear[] Layers { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return Layers[^1].call(Hidden(input)).MoveToOuterDisposeScope();
    }

    /// <summary>The last hidden layer, [n, h]; the input itself where there is none.</summary>
    public Tensor Hidden(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor value = input;
        foreach (Linear layer in Layers.AsSpan(..^1))
            value = Activate(layer.call(value));
        return Layers.Length > 1 ? value.MoveToOuterDisposeScope() : value;
    }

    private Tensor Activate(Tensor z) => _activation switch
    {
        Activation.SiLU => functional.silu(z),
        Activation.LeakyReLU => z.LeakyRelu(NegativeSlope),
        _ => throw Activations.Unknown(_activation),
    };
}
