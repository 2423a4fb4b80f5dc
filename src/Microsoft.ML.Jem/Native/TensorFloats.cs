using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Native;

/// <summary>
/// The values of a tensor that stays where it is, such as a parameter: asking TorchSharp for them takes microseconds each time, which adds up
/// where it happens some dozen times per update.
/// </summary>
internal sealed unsafe class TensorFloats
{
    // Kept, so that the memory is not freed as long as somebody may read it.
    private readonly Tensor _tensor;
    private readonly float* _first;
    private readonly int _count;

    private TensorFloats(Tensor tensor)
    {
        Span<float> values = MemoryMarshal.Cast<byte, float>(tensor.bytes);
        (_tensor, _count) = (tensor, values.Length);
        _first = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(values));
    }

    /// <summary>The values in the tensor's order, to read and to write.</summary>
    /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
    public Span<float> Span => _tensor.IsInvalid ? throw new ObjectDisposedException(nameof(Tensor)) : new(_first, _count);

    /// <summary>The values of a tensor of single precision; null where they do not lie in order in the processor's memory.</summary>
    public static TensorFloats? Of(Tensor tensor) =>
        tensor.device_type == DeviceType.CPU && tensor.dtype == ScalarType.Float32 && tensor.is_contiguous() ? new TensorFloats(tensor) : null;
}
