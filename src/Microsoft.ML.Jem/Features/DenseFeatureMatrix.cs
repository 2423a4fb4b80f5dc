namespace Microsoft.ML.Jem.Features;

/// <summary>Rows stored as floats, row-major, in one array.</summary>
internal sealed class DenseFeatureMatrix(float[] values, int rowCount, int width) : FeatureMatrix(rowCount, width)
{
    /// <inheritdoc/>
    public override void CopyRow(int row, Span<float> destination) => values.AsSpan(row * Width, Width).CopyTo(destination);
}
