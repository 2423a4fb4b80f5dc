namespace Microsoft.ML.Jem.Features;

/// <summary>Rows stored as floats.</summary>
internal sealed class DenseFeatureMatrix(RowBlocks<float> rows, int width) : FeatureMatrix(rows.Count, width)
{
    /// <summary>A matrix of the rows in one row-major array, which are copied.</summary>
    public DenseFeatureMatrix(float[] values, int rowCount, int width)
        : this(Blocks(values, rowCount, width), width)
    {
    }

    /// <inheritdoc/>
    public override void CopyRow(int row, Span<float> destination) => rows[row].CopyTo(destination);

    private static RowBlocks<float> Blocks(float[] values, int rowCount, int width)
    {
        var blocks = new RowBlocks<float>(width);
        for (int row = 0; row < rowCount; row++)
            values.AsSpan(row * width, width).CopyTo(blocks.Add());
        return blocks;
    }
}
