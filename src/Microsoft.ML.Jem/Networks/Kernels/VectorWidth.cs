using System.Runtime.Intrinsics;

namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>How many floats a kernel computes at once.</summary>
internal enum VectorWidth
{
    /// <summary>One: <see cref="Floats1"/>.</summary>
    None = 1,

    /// <summary>Four: <see cref="Floats4"/>.</summary>
    Bits128 = 4,

    /// <summary>Eight: <see cref="Floats8"/>.</summary>
    Bits256 = 8,

    /// <summary>Sixteen: <see cref="Floats16"/>.</summary>
    Bits512 = 16,
}

/// <summary>Which widths this processor has.</summary>
internal static class VectorWidths
{
    /// <summary>The widths that are in hardware here, and <see cref="VectorWidth.None"/>; the widest first.</summary>
    public static IReadOnlyList<VectorWidth> Available { get; } =
    [
        .. new[]
        {
            (Vector512.IsHardwareAccelerated, VectorWidth.Bits512),
            (Vector256.IsHardwareAccelerated, VectorWidth.Bits256),
            (Vector128.IsHardwareAccelerated, VectorWidth.Bits128),
            (true, VectorWidth.None),
        }.Where(width => width.Item1).Select(width => width.Item2),
    ];
}
