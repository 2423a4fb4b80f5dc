namespace Microsoft.ML.Jem.Features;

/// <summary>
/// Rows stored as floats in equal blocks, so that a matrix of unknown length grows without ever being copied.
/// </summary>
internal sealed class DenseFeatureMatrix : FeatureMatrix
{
    private readonly float[][] _blocks;
    private readonly int _rowsPerBlock;

    /// <summary>A matrix over one row-major array.</summary>
    public DenseFeatureMatrix(float[] values, int rowCount, int width)
        : this([values], Math.Max(rowCount, 1), rowCount, width)
    {
    }

    /// <summary>A matrix over blocks of <paramref name="rowsPerBlock"/> rows each; the last may be part filled.</summary>
    public DenseFeatureMatrix(float[][] blocks, int rowsPerBlock, int rowCount, int width)
        : base(rowCount, width)
    {
        _blocks = blocks;
        _rowsPerBlock = rowsPerBlock;
    }

    /// <inheritdoc/>
    public override void CopyRow(int row, Span<float> destination)
    {
        (int block, int rowInBlock) = Math.DivRem(row, _rowsPerBlock);
        _blocks[block].AsSpan(rowInBlock * Width, Width).CopyTo(destination);
    }
}
