using Microsoft.ML.Jem.Features;
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

    private const string Select = "encoding_select", Offset = "encoding_offset", Scale = "encoding_scale";

    private readonly ModuleList<Linear> _layers;

    /// <param name="activation">What follows each layer but the last.</param>
    /// <param name="widths">Features, hidden units layer by layer, classes.</param>
    /// <param name="encoding">What stands beside the features at the first layer; null for nothing.</param>
    public PerceptronModule(Activation activation, int[] widths, PiecewiseLinearEncoding? encoding = null)
        : base(nameof(MultilayerPerceptron))
    {
        (Activation, Encoding) = (activation, encoding);
        int[] inputs = [widths[0] + (encoding?.Count ?? 0), .. widths[1..^1]];
        Layers = [.. inputs.Zip(widths.Skip(1), (from, to) => UndrawnLayers.Linear(from, to))];
        _layers = new ModuleList<Linear>(Layers);
        register_module("layers", _layers);
        if (encoding is null)
            return;

        // They move with the module from device to device, but are no weights.
        using DisposeScope scope = NewDisposeScope();
        register_buffer(Select, tensor(encoding.Selection(widths[0]), [widths[0], encoding.Count]).DetachFromDisposeScope(), persistent: false);
        register_buffer(Offset, tensor(encoding.Offset).DetachFromDisposeScope(), persistent: false);
        register_buffer(Scale, tensor(encoding.Scale).DetachFromDisposeScope(), persistent: false);
    }

    /// <summary>What follows each layer but the last.</summary>
    public Activation Activation { get; }

    /// <summary>What stands beside the features at the first layer; null for nothing.</summary>
    public PiecewiseLinearEncoding? Encoding { get; }

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
        Tensor value = Encode(input);
        foreach (Linear layer in Layers.AsSpan(..^1))
            value = Activate(layer.call(value));
        return ReferenceEquals(value, input) ? value : value.MoveToOuterDisposeScope();
    }

    /// <summary>The features and, behind them, the entries of the encoding, [n, d + E].</summary>
    public Tensor Encode(Tensor input) => Encoding is null ? input : cat([input, Entries(input)], 1);

    /// <summary>From the gradient at the first layer's input, [n, d + E], to that at the features, [n, d].</summary>
    public Tensor EncodingGradient(Tensor input, Tensor gradient)
    {
        if (Encoding is null)
            return gradient;
        (long width, long count) = (input.shape[1], Encoding.Count);
        Tensor entries = Entries(input);

        // 1 within a bin, 0 at and beyond its borders.
        Tensor slopes = entries.mul(entries.neg().Plus(1)).sign().mul(get_buffer(Scale)!);
        return gradient.narrow(1, 0, width).Plus(gradient.narrow(1, width, count).mul(slopes).matmul(get_buffer(Select)!.t()));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // TorchSharp's module disposes its parameters, but not its buffers.
            foreach (Tensor buffer in buffers())
                buffer.Dispose();
        }

        base.Dispose(disposing);
    }

    private Tensor Entries(Tensor input) =>
        input.matmul(get_buffer(Select)!).sub(get_buffer(Offset)!).mul(get_buffer(Scale)!).AtLeast(0).AtMost(1);

    private Tensor Activate(Tensor z) => Activation switch
    {
        Activation.LeakyReLU => z.LeakyRelu(NegativeSlope),
        Activation.SiLU => functional.silu(z),
        _ => throw Activations.Unknown(Activation),
    };
}
