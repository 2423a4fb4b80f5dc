using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>
/// C = A·B + start, where each row of A is a patch of an image, read where it lies: some lines that are equally far apart, each of
/// as many values. Six patches by two vectors of C are in registers at a time.
/// </summary>
/// <remarks>
/// Patches and rows of C may begin anywhere, so six pixels go together wherever a line of the image ends. Where a single vector of
/// columns is left, two sums share it: over the first half of each line, and over the second.
/// </remarks>
internal static class PatchProduct
{
    private const int RowsAtOnce = 6;

    /// <summary>Computes all of C.</summary>
    /// <param name="a">The patches.</param>
    /// <param name="b">B, a row of as many values as <paramref name="start"/> per value of a patch.</param>
    /// <param name="start">What each row of C starts from; whole vectors.</param>
    /// <param name="c">Receives C.</param>
    /// <param name="rows">Where each row of C begins, in ascending order.</param>
    public static void Compute<TVector>(Patches a, ReadOnlySpan<float> b, ReadOnlySpan<float> start, Span<float> c, ReadOnlySpan<int> rows)
        where TVector : struct, IVector<TVector>
    {
        int width = start.Length;
        if (width % TVector.Count != 0 || a.Length % 2 != 0)
            throw new ArgumentException($"Expected a multiple of {TVector.Count} columns and of 2 values per line, got {width} and {a.Length}.", nameof(a));

        // What is reached below without a check.
        _ = a.Values[..(a.Starts[^1] + ((a.Lines - 1) * a.Pitch) + a.Length)];
        _ = b[..(a.Lines * a.Length * width)];
        _ = c[..(rows[^1] + width)];
        ReadOnlySpan<int> starts = a.Starts[..rows.Length];
        for (int column = 0; column < width; column += 2 * TVector.Count)
        {
            bool areTwo = column + TVector.Count < width;
            for (int row = 0; row < rows.Length; row += RowsAtOnce)
            {
                ReadOnlySpan<int> from = starts[row..Math.Min(row + RowsAtOnce, rows.Length)], to = rows.Slice(row, from.Length);
                if (areTwo)
                    Block<TVector, TwoVectors>(a, from, in b[column], in start[column], width, ref c[column], to);
                else
                    Block<TVector, OneVector>(a, from, in b[column], in start[column], width, ref c[column], to);
            }
        }
    }

    /// <summary>Up to six rows of C. Where there are fewer, the last one is computed again in the place of those that are missing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block<TVector, TColumns>(
        in Patches patches, ReadOnlySpan<int> from, ref readonly float weights, ref readonly float start, nint width, ref float c, ReadOnlySpan<int> to)
        where TVector : struct, IVector<TVector>
        where TColumns : struct, IColumns
    {
        int last = from.Length - 1, r1 = Math.Min(1, last), r2 = Math.Min(2, last), r3 = Math.Min(3, last), r4 = Math.Min(4, last), r5 = last;
        nint o0 = from[0], o1 = from[r1], o2 = from[r2], o3 = from[r3], o4 = from[r4], o5 = from[r5];
        TVector x0 = TVector.Load(in start), x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0;
        TVector y0 = TColumns.AreTwo ? TVector.Load(in Unsafe.Add(ref Unsafe.AsRef(in start), TVector.Count)) : TVector.Create(0);
        TVector y1 = y0, y2 = y0, y3 = y0, y4 = y0, y5 = y0;
        nint depth = TColumns.AreTwo ? patches.Length : patches.Length / 2;
        nint second = TColumns.AreTwo ? TVector.Count : depth * width;
        ref float b = ref Unsafe.AsRef(in weights);
        ref float line = ref MemoryMarshal.GetReference(patches.Values);
        for (int i = 0; i < patches.Lines; i++)
        {
            ref float a = ref line;
            for (nint k = 0; k < depth; k++)
            {
                TVector left = TVector.Load(in b), right = TVector.Load(in Unsafe.Add(ref b, second));
                TVector value = TVector.Create(Unsafe.Add(ref a, o0));
                x0 = TVector.MultiplyAdd(value, left, x0);
                y0 = TVector.MultiplyAdd(TColumns.AreTwo ? value : TVector.Create(Unsafe.Add(ref a, o0 + depth)), right, y0);
                value = TVector.Create(Unsafe.Add(ref a, o1));
                x1 = TVector.MultiplyAdd(value, left, x1);
                y1 = TVector.MultiplyAdd(TColumns.AreTwo ? value : TVector.Create(Unsafe.Add(ref a, o1 + depth)), right, y1);
                value = TVector.Create(Unsafe.Add(ref a, o2));
                x2 = TVector.MultiplyAdd(value, left, x2);
                y2 = TVector.MultiplyAdd(TColumns.AreTwo ? value : TVector.Create(Unsafe.Add(ref a, o2 + depth)), right, y2);
                value = TVector.Create(Unsafe.Add(ref a, o3));
                x3 = TVector.MultiplyAdd(value, left, x3);
                y3 = TVector.MultiplyAdd(TColumns.AreTwo ? value : TVector.Create(Unsafe.Add(ref a, o3 + depth)), right, y3);
                value = TVector.Create(Unsafe.Add(ref a, o4));
                x4 = TVector.MultiplyAdd(value, left, x4);
                y4 = TVector.MultiplyAdd(TColumns.AreTwo ? value : TVector.Create(Unsafe.Add(ref a, o4 + depth)), right, y4);
                value = TVector.Create(Unsafe.Add(ref a, o5));
                x5 = TVector.MultiplyAdd(value, left, x5);
                y5 = TVector.MultiplyAdd(TColumns.AreTwo ? value : TVector.Create(Unsafe.Add(ref a, o5 + depth)), right, y5);
                a = ref Unsafe.Add(ref a, 1);
                b = ref Unsafe.Add(ref b, width);
            }

            // The second half of the line's weights is used up as well.
            b = ref Unsafe.Add(ref b, TColumns.AreTwo ? 0 : second);
            line = ref Unsafe.Add(ref line, patches.Pitch);
        }

        Store<TVector, TColumns>(x0, y0, ref Unsafe.Add(ref c, to[0]));
        Store<TVector, TColumns>(x1, y1, ref Unsafe.Add(ref c, to[r1]));
        Store<TVector, TColumns>(x2, y2, ref Unsafe.Add(ref c, to[r2]));
        Store<TVector, TColumns>(x3, y3, ref Unsafe.Add(ref c, to[r3]));
        Store<TVector, TColumns>(x4, y4, ref Unsafe.Add(ref c, to[r4]));
        Store<TVector, TColumns>(x5, y5, ref Unsafe.Add(ref c, to[r5]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVector, TColumns>(TVector left, TVector right, ref float target)
        where TVector : struct, IVector<TVector>
        where TColumns : struct, IColumns
    {
        TVector.Store(TColumns.AreTwo ? left : left + right, ref target);
        if (TColumns.AreTwo)
            TVector.Store(right, ref Unsafe.Add(ref target, TVector.Count));
    }

    /// <summary>Whether two vectors of columns are computed or one; a type, so that the kernel is compiled for each.</summary>
    private interface IColumns
    {
        public static abstract bool AreTwo { get; }
    }

    private readonly struct TwoVectors : IColumns
    {
        public static bool AreTwo => true;
    }

    private readonly struct OneVector : IColumns
    {
        public static bool AreTwo => false;
    }

    /// <summary>A: parts of an image.</summary>
    /// <param name="values">The image.</param>
    /// <param name="starts">Where each patch begins, in ascending order.</param>
    /// <param name="lines">Lines per patch.</param>
    /// <param name="pitch">Values from one line to the next.</param>
    /// <param name="length">Values per line, an even number.</param>
    internal readonly ref struct Patches(ReadOnlySpan<float> values, ReadOnlySpan<int> starts, int lines, int pitch, int length)
    {
        public ReadOnlySpan<float> Values { get; } = values;

        public ReadOnlySpan<int> Starts { get; } = starts;

        public int Lines { get; } = lines;

        public int Pitch { get; } = pitch;

        public int Length { get; } = length;
    }
}
