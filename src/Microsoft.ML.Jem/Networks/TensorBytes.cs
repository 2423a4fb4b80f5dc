using System.Buffers;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Networks;

/// <summary>The bytes of a tensor where they lie, so that weights go into a file without a copy of them.</summary>
/// <param name="values">A contiguous tensor on the CPU; taken over. It keeps its memory, even where the module it came from is disposed.</param>
internal sealed class TensorBytes(Tensor values) : MemoryManager<byte>
{
    /// <inheritdoc/>
    public override Span<byte> GetSpan() => values.bytes;

    /// <summary>Nothing to do: native memory stays where it is.</summary>
    public override unsafe MemoryHandle Pin(int elementIndex = 0) =>
        new(System.Runtime.CompilerServices.Unsafe.AsPointer(ref GetSpan()[elementIndex]), pinnable: this);

    /// <inheritdoc/>
    public override void Unpin()
    {
        // Nothing was pinned.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            values.Dispose();
    }
}
