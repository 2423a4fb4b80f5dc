using System.Runtime.CompilerServices;

namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>C = A·B + start for the small matrices of tabular networks, with 6 × 2 vectors of C in registers at a time.</summary>
/// <remarks>
/// A is read value by value, so any layout of it will do, a transposed one too. Rows of B and C are read and written in whole
/// vectors: their columns are padded to a multiple of <see cref="ColumnsAtOnce{TVector}"/>. Sums run over the depth in order, so the
/// same values give the same bits however many rows and columns come along.
/// </remarks>
internal static class MatrixProduct
{
    private const int RowsAtOnce = 6;

    /// <summary>Columns computed together.</summary>
    public static int ColumnsAtOnce<TVector>()
        where TVector : struct, IVector<TVector> => 2 * TVector.Count;

    /// <summary>Computes all of C.</summary>
    /// <param name="a">A, [rows, depth].</param>
    /// <param name="b">B, [depth, columns].</param>
    /// <param name="start">What each row of C starts from; empty for C's own values.</param>
    /// <param name="c">C, [rows, columns].</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="columns">Columns of B and C, a multiple of <see cref="ColumnsAtOnce{TVector}"/>.</param>
    public static void Compute<TVector>(Left a, Right b, ReadOnlySpan<float> start, Target c, int rows, int depth, int columns)
        where TVector : struct, IVector<TVector>
    {
        if (columns % ColumnsAtOnce<TVector>() != 0)
            throw new ArgumentException($"Expected a multiple of {ColumnsAtOnce<TVector>()} columns, got {columns}.", nameof(columns));
        if (rows == 0 || columns == 0)
            return;

        // What is reached below without a check.
        if (depth > 0)
        {
            _ = a.Values[..(((rows - 1) * a.Row) + ((depth - 1) * a.Step) + 1)];
            _ = b.Values[..(((depth - 1) * b.Row) + columns)];
        }

        _ = c.Values[..(((rows - 1) * c.Row) + columns)];
        if (!start.IsEmpty)
            _ = start[..rows];
        for (int column = 0; column < columns; column += ColumnsAtOnce<TVector>())
        {
            for (int row = 0; row < rows; row += RowsAtOnce)
            {
                ref float first = ref start.IsEmpty ? ref Unsafe.NullRef<float>() : ref Unsafe.AsRef(in start[row]);
                Block<TVector>(
                    ref Unsafe.Add(ref Unsafe.AsRef(in a.Values.GetPinnableReference()), row * a.Row), a.Row, a.Step,
                    ref Unsafe.Add(ref Unsafe.AsRef(in b.Values.GetPinnableReference()), column), b.Row,
                    ref first, ref c.Values[(row * c.Row) + column], c.Row, Math.Min(RowsAtOnce, rows - row), depth);
            }
        }
    }

    /// <summary>Up to six rows of C. Where there are fewer, the last one is computed again in the place of those that are missing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Block<TVector>(
        ref float a, nint row, nint step, ref float b, nint bRow, ref float start, ref float c, nint cRow, int rows, int depth)
        where TVector : struct, IVector<TVector>
    {
        int last = rows - 1;
        nint r1 = Math.Min(1, last), r2 = Math.Min(2, last), r3 = Math.Min(3, last), r4 = Math.Min(4, last), r5 = Math.Min(5, last);
        TVector x0, x1, x2, x3, x4, x5, y0, y1, y2, y3, y4, y5;
        if (Unsafe.IsNullRef(ref start))
        {
            (x0, y0) = Load<TVector>(ref c);
            (x1, y1) = Load<TVector>(ref Unsafe.Add(ref c, r1 * cRow));
            (x2, y2) = Load<TVector>(ref Unsafe.Add(ref c, r2 * cRow));
            (x3, y3) = Load<TVector>(ref Unsafe.Add(ref c, r3 * cRow));
            (x4, y4) = Load<TVector>(ref Unsafe.Add(ref c, r4 * cRow));
            (x5, y5) = Load<TVector>(ref Unsafe.Add(ref c, r5 * cRow));
        }
        else
        {
            x0 = y0 = TVector.Create(start);
            x1 = y1 = TVector.Create(Unsafe.Add(ref start, r1));
            x2 = y2 = TVector.Create(Unsafe.Add(ref start, r2));
            x3 = y3 = TVector.Create(Unsafe.Add(ref start, r3));
            x4 = y4 = TVector.Create(Unsafe.Add(ref start, r4));
            x5 = y5 = TVector.Create(Unsafe.Add(ref start, r5));
        }

        nint o1 = r1 * row, o2 = r2 * row, o3 = r3 * row, o4 = r4 * row, o5 = r5 * row;
        for (int k = 0; k < depth; k++)
        {
            TVector left = TVector.Load(in b), right = TVector.Load(in Unsafe.Add(ref b, TVector.Count));
            TVector value = TVector.Create(a);
            x0 = TVector.MultiplyAdd(value, left, x0);
            y0 = TVector.MultiplyAdd(value, right, y0);
            value = TVector.Create(Unsafe.Add(ref a, o1));
            x1 = TVector.MultiplyAdd(value, left, x1);
            y1 = TVector.MultiplyAdd(value, right, y1);
            value = TVector.Create(Unsafe.Add(ref a, o2));
            x2 = TVector.MultiplyAdd(value, left, x2);
            y2 = TVector.MultiplyAdd(value, right, y2);
            value = TVector.Create(Unsafe.Add(ref a, o3));
            x3 = TVector.MultiplyAdd(value, left, x3);
            y3 = TVector.MultiplyAdd(value, right, y3);
            value = TVector.Create(Unsafe.Add(ref a, o4));
            x4 = TVector.MultiplyAdd(value, left, x4);
            y4 = TVector.MultiplyAdd(value, right, y4);
            value = TVector.Create(Unsafe.Add(ref a, o5));
            x5 = TVector.MultiplyAdd(value, left, x5);
            y5 = TVector.MultiplyAdd(value, right, y5);
            a = ref Unsafe.Add(ref a, step);
            b = ref Unsafe.Add(ref b, bRow);
        }

        Store(x0, y0, ref c);
        Store(x1, y1, ref Unsafe.Add(ref c, r1 * cRow));
        Store(x2, y2, ref Unsafe.Add(ref c, r2 * cRow));
        Store(x3, y3, ref Unsafe.Add(ref c, r3 * cRow));
        Store(x4, y4, ref Unsafe.Add(ref c, r4 * cRow));
        Store(x5, y5, ref Unsafe.Add(ref c, r5 * cRow));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector Left, TVector Right) Load<TVector>(ref float source)
        where TVector : struct, IVector<TVector> => (TVector.Load(in source), TVector.Load(in Unsafe.Add(ref source, TVector.Count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVector>(TVector left, TVector right, ref float target)
        where TVector : struct, IVector<TVector>
    {
        TVector.Store(left, ref target);
        TVector.Store(right, ref Unsafe.Add(ref target, TVector.Count));
    }

    /// <summary>A.</summary>
    /// <param name="values">Its values.</param>
    /// <param name="row">Values from one row to the next.</param>
    /// <param name="step">Values from one column to the next.</param>
    internal readonly ref struct Left(ReadOnlySpan<float> values, int row, int step)
    {
        public ReadOnlySpan<float> Values { get; } = values;

        public int Row => row;

        public int Step => step;
    }

    /// <summary>B.</summary>
    /// <param name="values">Its values.</param>
    /// <param name="row">Values from one row to the next.</param>
    internal readonly ref struct Right(ReadOnlySpan<float> values, int row)
    {
        public ReadOnlySpan<float> Values { get; } = values;

        public int Row => row;
    }

    /// <summary>C.</summary>
    /// <param name="values">Its values.</param>
    /// <param name="row">Values from one row to the next.</param>
    internal readonly ref struct Target(Span<float> values, int row)
    {
        public Span<float> Values { get; } = values;

        public int Row => row;
    }
}
