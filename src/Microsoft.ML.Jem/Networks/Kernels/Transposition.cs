using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>Turns rows into columns, four by four values at a time where the processor can.</summary>
internal static class Transposition
{
    private const int Side = 4;

    /// <summary>target[column, row] = source[row, column].</summary>
    /// <param name="source">The matrix, rows of <paramref name="sourceRow"/> values.</param>
    /// <param name="sourceRow">Values from one row of the source to the next.</param>
    /// <param name="target">Receives the columns as rows of <paramref name="targetRow"/> values.</param>
    /// <param name="targetRow">Values from one row of the target to the next.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    public static void Transpose(ReadOnlySpan<float> source, int sourceRow, Span<float> target, int targetRow, int rows, int columns)
    {
        if (rows == 0 || columns == 0)
            return;

        // What is reached below without a check.
        _ = source[..(((rows - 1) * sourceRow) + columns)];
        _ = target[..(((columns - 1) * targetRow) + rows)];
        int wholeRows = 0, wholeColumns = 0;
        if (Sse.IsSupported || AdvSimd.Arm64.IsSupported)
        {
            (wholeRows, wholeColumns) = (rows / Side * Side, columns / Side * Side);
            for (int row = 0; row < wholeRows; row += Side)
            {
                ref float from = ref Unsafe.Add(ref MemoryMarshal.GetReference(source), row * sourceRow);
                ref float to = ref Unsafe.Add(ref MemoryMarshal.GetReference(target), row);
                for (int column = 0; column < wholeColumns; column += Side)
                    Block(ref Unsafe.Add(ref from, column), sourceRow, ref Unsafe.Add(ref to, column * targetRow), targetRow);
            }
        }

        for (int row = 0; row < rows; row++)
        {
            for (int column = row < wholeRows ? wholeColumns : 0; column < columns; column++)
                target[(column * targetRow) + row] = source[(row * sourceRow) + column];
        }
    }

    private static void Block(ref float from, nint fromRow, ref float to, nint toRow)
    {
        Vector128<float> a = Vector128.LoadUnsafe(ref from), b = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, fromRow));
        Vector128<float> c = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 2 * fromRow)), d = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 3 * fromRow));
        (Vector128<float> ac, Vector128<float> bd) = (Low(a, c), Low(b, d));
        Low(ac, bd).StoreUnsafe(ref to);
        High(ac, bd).StoreUnsafe(ref Unsafe.Add(ref to, toRow));
        (ac, bd) = (High(a, c), High(b, d));
        Low(ac, bd).StoreUnsafe(ref Unsafe.Add(ref to, 2 * toRow));
        High(ac, bd).StoreUnsafe(ref Unsafe.Add(ref to, 3 * toRow));
    }

    /// <summary>The first two values of each, in turn.</summary>
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    /// <summary>The last two values of each, in turn.</summary>
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
