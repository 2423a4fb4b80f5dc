using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

    /// <summary>Values in a vector.</summary>
    public const int Lane = 16;

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

    /// <summary>Some rows of one panel of C, without looking at where they begin and end: that is up to the caller.</summary>
    /// <param name="panel">The panel's first column, a multiple of 32.</param>
    /// <param name="a">The first row of A.</param>
    /// <param name="stride">Values from one row of A to the next.</param>
    /// <param name="segments">Which parts of A's rows meet which rows of B.</param>
    /// <param name="start">What each row of C starts from, <see cref="Width"/> values.</param>
    /// <param name="c">The panel's first value of C.</param>
    /// <param name="width">Values from one row of C to the next.</param>
    /// <param name="sevens">Whether rows come in sevens: <see cref="RowsOf"/>.</param>
    public void Multiply(int panel, ref float a, nint stride, Segments segments, ref readonly float start, ref float c, nint width, bool sevens = false)
    {
        ref float b = ref Unsafe.Add(ref MemoryMarshal.GetReference(_panels.Span), panel * Rows);
        ref float first = ref Unsafe.Add(ref Unsafe.AsRef(in start), panel);
        switch (IsWide(panel), sevens)
        {
            case (true, false):
                PanelKernels.Multiply8Wide(ref a, stride, segments, ref b, ref first, ref c, width);
                break;
            case (true, true):
                PanelKernels.Multiply7Wide(ref a, stride, segments, ref b, ref first, ref c, width);
                break;
            case (false, false):
                PanelKernels.Multiply8Narrow(ref a, stride, segments, ref b, ref first, ref c, width);
                break;
            default:
                PanelKernels.Multiply14Narrow(ref a, stride, segments, ref b, ref first, ref c, width);
                break;
        }
    }

    /// <summary>How many rows of a panel <see cref="Multiply(int, ref float, nint, Segments, ref readonly float, ref float, nint, bool)"/> computes: 8, or, in sevens, 7 of a wide one and 14 of a narrow one.</summary>
    public int RowsOf(int panel, bool sevens) => (sevens, IsWide(panel)) switch
    {
        (false, _) => RowsAtOnce,
        (true, true) => 7,
        (true, false) => 14,
    };

    private bool IsWide(int panel) => panel + PanelWidth <= Width;

    /// <summary>A row of A in parts, such as the lines of a patch of an image; each meets as many rows of B.</summary>
    /// <param name="Count">Number of parts.</param>
    /// <param name="Stride">Values from one part of A to the next.</param>
    /// <param name="First">The row of B that the first part meets.</param>
    /// <param name="Step">Rows of B from one part to the next.</param>
    /// <param name="Length">Values a part.</param>
    internal readonly record struct Segments(int Count, nint Stride, int First, int Step, int Length);
}
