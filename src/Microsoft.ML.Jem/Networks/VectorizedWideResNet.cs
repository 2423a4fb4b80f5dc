using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks.Kernels;
using TorchSharp;

namespace Microsoft.ML.Jem.Networks;

/// <summary>Input gradients of a wide residual network computed here rather than in libtorch.</summary>
internal static class VectorizedWideResNet
{
    // Beyond this the weights leave the caches from image to image, and libtorch's convolutions are the better ones.
    private const int MostWeights = 1 << 20;

    /// <summary>Prepares a module's gradients; null where its device is not the processor, the module is too large, or libtorch is faster.</summary>
    /// <param name="image">The images' shape.</param>
    /// <param name="module">The module.</param>
    /// <param name="vectors">The width of vectors; null for the widest this processor has, and for libtorch where it has none.</param>
    public static VectorizedNetwork? Create(ImageShape image, WideResNetModule module, VectorWidth? vectors = null) =>
        module.Conv1.weight!.device_type != DeviceType.CPU || module.parameters().Sum(parameter => parameter.numel()) > MostWeights
        ? null
        : (vectors ?? VectorWidths.Available[0]) switch
        {
            VectorWidth.Bits512 => new WideResNetGradient<Floats16>(image, module),
            VectorWidth.Bits256 => new WideResNetGradient<Floats8>(image, module),
            VectorWidth.Bits128 => new WideResNetGradient<Floats4>(image, module),
            _ => vectors is null ? null : new WideResNetGradient<Floats1>(image, module),
        };
}
