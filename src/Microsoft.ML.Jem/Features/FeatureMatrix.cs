namespace Microsoft.ML.Jem.Features;

/// <summary>Feature rows held in memory: <see cref="RowCount"/> rows of <see cref="Width"/> values, read as floats.</summary>
internal abstract class FeatureMatrix(int rowCount, int width)
{
    /// <summary>Number of rows.</summary>
    public int RowCount { get; } = rowCount;

    /// <summary>Values in a row.</summary>
    public int Width { get; } = width;

    /// <summary>Copies row <paramref name="row"/> into <paramref name="destination"/>, which holds <see cref="Width"/> values.</summary>
    public abstract void CopyRow(int row, Span<float> destination);

    /// <summary>Copies the rows in the order given, one after the other (row-major).</summary>
    public void CopyRows(ReadOnlySpan<int> rows, Span<float> destination)
    {
        for (int i = 0; i < rows.Length; i++)
            CopyRow(rows[i], destination.Slice(i * Width, Width));
    }
}
