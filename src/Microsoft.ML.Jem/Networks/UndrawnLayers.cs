using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Networks;

/// <summary>
/// Layers with parameters of 0, for <see cref="JemNetwork.Initialize"/> to fill. TorchSharp's own draw their first weights from
/// PyTorch's global generator, which belongs to the application.
/// </summary>
internal static class UndrawnLayers
{
    /// <summary>A fully connected layer.</summary>
    public static Linear Linear(long inputs, long outputs) =>
        nn.Linear(new Parameter(zeros(outputs, inputs)), new Parameter(zeros(outputs)));

    /// <summary>A convolution with square kernels.</summary>
    public static Conv2d Conv2d(long inputs, long outputs, long kernelSize, long stride = 1, long padding = 0)
    {
        // On the device "meta" nothing is drawn: tensors there have a shape and no values. The constructor measures a slice of the
        // weights that it does not dispose.
        using DisposeScope scope = NewDisposeScope();
        Conv2d layer = nn.Conv2d(inputs, outputs, kernelSize, stride, padding, device: META);
        layer.weight = new Parameter(zeros(layer.weight.shape));
        layer.bias = new Parameter(zeros(outputs));
        return layer;
    }
}
