using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Jem.Networks;

/// <summary>Floats that begin at a multiple of 64 bytes, so that a vector of 16 never lies across two lines of the cache.</summary>
internal sealed class AlignedFloats
{
    private const int Alignment = 64;

    private readonly float[] _values;
    private readonly int _first;

    /// <summary>Zeros.</summary>
    public unsafe AlignedFloats(int count)
    {
        _values = GC.AllocateArray<float>(count + (Alignment / sizeof(float)), pinned: true);
        Count = count;
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_values));
        _first = (int)((Alignment - (address % Alignment)) % Alignment) / sizeof(float);
    }

    /// <summary>Number of values.</summary>
    public int Count { get; }

    /// <summary>The values.</summary>
    public Span<float> Span => _values.AsSpan(_first, Count);
}
