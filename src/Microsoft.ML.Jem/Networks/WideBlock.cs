using Microsoft.ML.Jem.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Networks;

/// <summary>
/// A residual block: activation, convolution, activation, convolution with the stride, plus the input, which a convolution of
/// one pixel brings to the same shape where it has another. Parameters are conv1.*, conv2.* and, where it is needed, shortcut.*.
/// </summary>
internal sealed class WideBlock : Module<Tensor, Tensor>
{
    /// <param name="inputs">Channels that come in.</param>
    /// <param name="outputs">Channels that leave.</param>
    /// <param name="stride">By what the second convolution shrinks height and width.</param>
    public WideBlock(int inputs, int outputs, int stride)
        : base(nameof(WideBlock))
    {
        Stride = stride;
        Conv1 = UndrawnLayers.Conv2d(inputs, outputs, 3, padding: 1);
        Conv2 = UndrawnLayers.Conv2d(outputs, outputs, 3, stride: stride, padding: 1);
        Shortcut = stride == 1 && inputs == outputs ? null : UndrawnLayers.Conv2d(inputs, outputs, 1, stride: stride);
        register_module("conv1", Conv1);
        register_module("conv2", Conv2);
        if (Shortcut is not null)
            register_module("shortcut", Shortcut);
    }

    /// <summary>By what the second convolution shrinks height and width.</summary>
    public int Stride { get; }

    /// <summary>The first convolution.</summary>
    public Conv2d Conv1 { get; }

    /// <summary>The second convolution.</summary>
    public Conv2d Conv2 { get; }

    /// <summary>What brings the input to the output's shape; null where it has that shape.</summary>
    public Conv2d? Shortcut { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = Conv1.call(WideResNetModule.Activate(input));
        Tensor output = Conv2.call(WideResNetModule.Activate(hidden));
        return output.Plus(Shortcut is null ? input : Shortcut.call(input)).MoveToOuterDisposeScope();
    }

    /// <summary>Nothing: the constructor has registered the layers, and the names of fields are not to come beside theirs.</summary>
    protected override void RegisterComponents()
    {
    }
}
