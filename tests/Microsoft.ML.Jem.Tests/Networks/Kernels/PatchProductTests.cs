using Microsoft.ML.Jem.Networks.Kernels;

namespace Microsoft.ML.Jem.Tests.Networks.Kernels;

/// <summary>Products of every width agree with sums in double precision, and write nowhere else.</summary>
public sealed class PatchProductTests
{
    private const int Lines = 3;
    private const int Pitch = 23;
    private const int Length = 8;

    public static TheoryData<int, int, int> Products()
    {
        var data = new TheoryData<int, int, int>();
        foreach (VectorWidth vectors in VectorWidths.Available)
        {
            foreach (int columns in new[] { 1, 2, 3 })
            {
                foreach (int rows in new[] { 1, 5, 6, 13 })
                    data.Add((int)vectors, columns * (int)vectors, rows);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void Each_value_is_the_sum_over_its_patch(int vectors, int columns, int rows)
    {
        var random = new Random(1);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];

        // Patches and rows of C lie unevenly, and end where the memory ends.
        int[] starts = [.. Enumerable.Range(0, rows).Select(row => (3 * row) + (row % 2))];
        int[] targets = [.. Enumerable.Range(0, rows).Select(row => (row * (columns + 2)) + (row % 2))];
        float[] a = Values(starts[^1] + ((Lines - 1) * Pitch) + Length), b = Values(Lines * Length * columns), start = Values(columns);
        var c = new float[targets[^1] + columns];
        var expected = new double[c.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double sum = start[column];
                for (int k = 0; k < Lines * Length; k++)
                    sum += (double)a[starts[row] + (k / Length * Pitch) + (k % Length)] * b[(k * columns) + column];
                expected[targets[row] + column] = sum;
            }
        }

        Compute(vectors, new(a, starts, Lines, Pitch, Length), b, start, c, targets);
        Near.Equal(expected, c, 1e-6, 1e-6);
    }

    [Fact]
    public void Memory_that_is_too_short_is_refused()
    {
        float[] a = new float[10], b = new float[8], start = new float[4], c = new float[8];
        Assert.Throws<ArgumentException>(() => Compute(4, new(a, [0], 1, 10, 3), b, start, c, [0]));
        Assert.Throws<ArgumentException>(() => Compute(4, new(a, [0], 1, 10, 2), b, start.AsSpan(1), c, [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute(4, new(a, [9], 1, 10, 2), b, start, c, [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute(4, new(a, [0], 1, 10, 4), b, start, c, [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute(4, new(a, [0], 1, 10, 2), b, start, c, [5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Compute(4, new(a, [0], 1, 10, 2), b, start, c, [0, 4]));
    }

    private static void Compute(
        int vectors, PatchProduct.Patches a, ReadOnlySpan<float> b, ReadOnlySpan<float> start, Span<float> c, ReadOnlySpan<int> rows)
    {
        switch ((VectorWidth)vectors)
        {
            case VectorWidth.Bits512:
                PatchProduct.Compute<Floats16>(a, b, start, c, rows);
                break;
            case VectorWidth.Bits256:
                PatchProduct.Compute<Floats8>(a, b, start, c, rows);
                break;
            case VectorWidth.Bits128:
                PatchProduct.Compute<Floats4>(a, b, start, c, rows);
                break;
            default:
                PatchProduct.Compute<Floats1>(a, b, start, c, rows);
                break;
        }
    }
}
