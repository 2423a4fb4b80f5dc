using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Jem.Networks;

/// <summary>
/// A matrix [k, n] laid out for products A·B with few rows in A: panels of 32 columns, each row by row, so that a kernel of 8 × 32
/// results reads it in one stream and keeps all its sums in registers.
/// </summary>
/// <remarks>
/// For the small matrices of tabular networks this is two to three times as fast as libtorch's matrix product, which has to look at
/// its arguments, pack them and choose a kernel each time. Sums run over k in order: the same values give the same bits, wherever
/// they lie and however many rows come along.
/// </remarks>
internal sealed class PanelMatrix
{
    /// <summary>Rows of A that go through together; buffers hold a multiple of them.</summary>
    public const int RowsAtOnce = 8;

    private const int Lane = 16;

    /// <summary>Columns of a panel; the last one may have half of them.</summary>
    public const int PanelWidth = 2 * Lane;

    private readonly AlignedFloats _panels;

    /// <param name="rows">k.</param>
    /// <param name="columns">n.</param>
    public PanelMatrix(int rows, int columns)
    {
        (Rows, Columns, Width) = (rows, columns, Padded(columns));
        _panels = new AlignedFloats(rows * Width);
    }

    /// <summary>k.</summary>
    public int Rows { get; }

    /// <summary>n.</summary>
    public int Columns { get; }

    /// <summary>Values a row of a result has: n, and zeros up to a multiple of 16.</summary>
    public int Width { get; }

    /// <summary>The next multiple of 16.</summary>
    public static int Padded(int columns) => (columns + Lane - 1) / Lane * Lane;

    /// <summary>Takes over the values of a row-major matrix [k, n].</summary>
    public void Set(ReadOnlySpan<float> values)
    {
        for (int panel = 0; panel < Columns; panel += PanelWidth)
        {
            int width = Math.Min(PanelWidth, Width - panel), real = Math.Min(width, Columns - panel);
            Span<float> target = _panels.Span.Slice(panel * Rows);
            for (int row = 0; row < Rows; row++)
                values.Slice((row * Columns) + panel, real).CopyTo(target[(row * width)..]);
        }
    }

    /// <summary>Takes over the values of a row-major matrix [n, k], transposed.</summary>
    public void SetTransposed(ReadOnlySpan<float> values)
    {
        for (int column = 0; column < Columns; column++)
        {
            int panel = column / PanelWidth * PanelWidth;
            int width = Math.Min(PanelWidth, Width - panel);
            Span<float> target = _panels.Span.Slice((panel * Rows) + column - panel);
            ReadOnlySpan<float> source = values.Slice(column * Rows, Rows);
            for (int row = 0; row < source.Length; row++)
                target[row * width] = source[row];
        }
    }

    /// <summary>C = A·B + start, row by row.</summary>
    /// <param name="a">A: rows of <paramref name="stride"/> values, of which the first k count; as many rows as C.</param>
    /// <param name="stride">Values from one row of A to the next.</param>
    /// <param name="start">What each row of C starts from, <see cref="Width"/> values.</param>
    /// <param name="c">C: rows of <see cref="Width"/> values.</param>
    /// <param name="rows">Number of rows, a multiple of <see cref="RowsAtOnce"/>.</param>
    public void Multiply(ReadOnlySpan<float> a, int stride, ReadOnlySpan<float> start, Span<float> c, int rows)
    {
        // What is reached below without a check.
        _ = a[..(((rows - 1) * stride) + Rows)];
        _ = start[..Width];
        _ = c[..(rows * Width)];
        var all = new Segments(1, 0, 0, 0, Rows);
        for (int panel = 0; panel < Width; panel += PanelWidth)
        {
            for (int row = 0; row < rows; row += RowsAtOnce)
            {
                Multiply(
                    panel, ref Unsafe.Add(ref MemoryMarshal.GetReference(a), row * stride), stride, all, in MemoryMarshal.GetReference(start),
                    ref Unsafe.Add(ref MemoryMarshal.GetReference(c), (row * Width) + panel), Width);
            }
        }
    }

    /// <summary>8 rows of one panel of C, without looking at where they begin and end: that is up to the caller.</summary>
    /// <param name="panel">The panel's first column, a multiple of 32.</param>
    /// <param name="a">The first row of A.</param>
    /// <param name="stride">Values from one row of A to the next.</param>
    /// <param name="segments">Which parts of A's rows meet which rows of B.</param>
    /// <param name="start">What each row of C starts from, <see cref="Width"/> values.</param>
    /// <param name="c">The panel's first value of C.</param>
    /// <param name="width">Values from one row of C to the next.</param>
    public void Multiply(int panel, ref float a, nint stride, Segments segments, ref readonly float start, ref float c, nint width)
    {
        ref float b = ref Unsafe.Add(ref MemoryMarshal.GetReference(_panels.Span), panel * Rows);
        ref float first = ref Unsafe.Add(ref Unsafe.AsRef(in start), panel);
        if (panel + PanelWidth <= Width)
            MultiplyWide(ref a, stride, segments, ref b, ref first, ref c, width);
        else
            MultiplyNarrow(ref a, stride, segments, ref b, ref first, ref c, width);
    }

    /// <summary>A row of A in parts, such as the lines of a patch of an image; each meets as many rows of B.</summary>
    /// <param name="Count">Number of parts.</param>
    /// <param name="Stride">Values from one part of A to the next.</param>
    /// <param name="First">The row of B that the first part meets.</param>
    /// <param name="Step">Rows of B from one part to the next.</param>
    /// <param name="Length">Values a part.</param>
    internal readonly record struct Segments(int Count, nint Stride, int First, int Step, int Length);

    /// <summary>8 rows by 32 columns.</summary>
    private static void MultiplyWide(ref float a, nint stride, Segments segments, ref float panel, ref float start, ref float c, nint width)
    {
        Vector512<float> left = Vector512.LoadUnsafe(ref start), right = Vector512.LoadUnsafe(ref start, Lane);
        Vector512<float> l0 = left, l1 = left, l2 = left, l3 = left, l4 = left, l5 = left, l6 = left, l7 = left;
        Vector512<float> r0 = right, r1 = right, r2 = right, r3 = right, r4 = right, r5 = right, r6 = right, r7 = right;
        int length = segments.Length;
        for (int segment = 0; segment < segments.Count; segment++)
        {
            ref float b = ref Unsafe.Add(ref panel, (segments.First + (segment * segments.Step)) * PanelWidth);
            ref float a4 = ref Unsafe.Add(ref a, 4 * stride);
            for (nint k = 0; k < length; k++)
            {
                left = Vector512.LoadUnsafe(ref b);
                right = Vector512.LoadUnsafe(ref b, Lane);
                b = ref Unsafe.Add(ref b, PanelWidth);
                var value = Vector512.Create(Unsafe.Add(ref a, k));
                (l0, r0) = (Vector512.FusedMultiplyAdd(value, left, l0), Vector512.FusedMultiplyAdd(value, right, r0));
                value = Vector512.Create(Unsafe.Add(ref a, k + stride));
                (l1, r1) = (Vector512.FusedMultiplyAdd(value, left, l1), Vector512.FusedMultiplyAdd(value, right, r1));
                value = Vector512.Create(Unsafe.Add(ref a, k + (2 * stride)));
                (l2, r2) = (Vector512.FusedMultiplyAdd(value, left, l2), Vector512.FusedMultiplyAdd(value, right, r2));
                value = Vector512.Create(Unsafe.Add(ref a, k + (3 * stride)));
                (l3, r3) = (Vector512.FusedMultiplyAdd(value, left, l3), Vector512.FusedMultiplyAdd(value, right, r3));
                value = Vector512.Create(Unsafe.Add(ref a4, k));
                (l4, r4) = (Vector512.FusedMultiplyAdd(value, left, l4), Vector512.FusedMultiplyAdd(value, right, r4));
                value = Vector512.Create(Unsafe.Add(ref a4, k + stride));
                (l5, r5) = (Vector512.FusedMultiplyAdd(value, left, l5), Vector512.FusedMultiplyAdd(value, right, r5));
                value = Vector512.Create(Unsafe.Add(ref a4, k + (2 * stride)));
                (l6, r6) = (Vector512.FusedMultiplyAdd(value, left, l6), Vector512.FusedMultiplyAdd(value, right, r6));
                value = Vector512.Create(Unsafe.Add(ref a4, k + (3 * stride)));
                (l7, r7) = (Vector512.FusedMultiplyAdd(value, left, l7), Vector512.FusedMultiplyAdd(value, right, r7));
            }

            a = ref Unsafe.Add(ref a, segments.Stride);
        }

        Store(l0, r0, ref c);
        Store(l1, r1, ref Unsafe.Add(ref c, width));
        Store(l2, r2, ref Unsafe.Add(ref c, 2 * width));
        Store(l3, r3, ref Unsafe.Add(ref c, 3 * width));
        Store(l4, r4, ref Unsafe.Add(ref c, 4 * width));
        Store(l5, r5, ref Unsafe.Add(ref c, 5 * width));
        Store(l6, r6, ref Unsafe.Add(ref c, 6 * width));
        Store(l7, r7, ref Unsafe.Add(ref c, 7 * width));
    }

    /// <summary>8 rows by 16 columns.</summary>
    private static void MultiplyNarrow(ref float a, nint stride, Segments segments, ref float panel, ref float start, ref float c, nint width)
    {
        Vector512<float> column = Vector512.LoadUnsafe(ref start);
        Vector512<float> c0 = column, c1 = column, c2 = column, c3 = column, c4 = column, c5 = column, c6 = column, c7 = column;
        int length = segments.Length;
        for (int segment = 0; segment < segments.Count; segment++)
        {
            ref float b = ref Unsafe.Add(ref panel, (segments.First + (segment * segments.Step)) * Lane);
            ref float a4 = ref Unsafe.Add(ref a, 4 * stride);
            for (nint k = 0; k < length; k++)
            {
                column = Vector512.LoadUnsafe(ref b);
                b = ref Unsafe.Add(ref b, Lane);
                c0 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k)), column, c0);
                c1 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k + stride)), column, c1);
                c2 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k + (2 * stride))), column, c2);
                c3 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a, k + (3 * stride))), column, c3);
                c4 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k)), column, c4);
                c5 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k + stride)), column, c5);
                c6 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k + (2 * stride))), column, c6);
                c7 = Vector512.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref a4, k + (3 * stride))), column, c7);
            }

            a = ref Unsafe.Add(ref a, segments.Stride);
        }

        c0.StoreUnsafe(ref c);
        c1.StoreUnsafe(ref Unsafe.Add(ref c, width));
        c2.StoreUnsafe(ref Unsafe.Add(ref c, 2 * width));
        c3.StoreUnsafe(ref Unsafe.Add(ref c, 3 * width));
        c4.StoreUnsafe(ref Unsafe.Add(ref c, 4 * width));
        c5.StoreUnsafe(ref Unsafe.Add(ref c, 5 * width));
        c6.StoreUnsafe(ref Unsafe.Add(ref c, 6 * width));
        c7.StoreUnsafe(ref Unsafe.Add(ref c, 7 * width));
    }

    private static void Store(Vector512<float> left, Vector512<float> right, ref float target)
    {
        left.StoreUnsafe(ref target);
        right.StoreUnsafe(ref target, Lane);
    }
}
