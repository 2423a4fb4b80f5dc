namespace Microsoft.ML.Jem.Features;

/// <summary>Chosen rows of another matrix, without copying them.</summary>
internal sealed class SubsetFeatureMatrix(FeatureMatrix source, int[] rows) : FeatureMatrix(rows.Length, source.Width)
{
    /// <inheritdoc/>
    public override void CopyRow(int row, Span<float> destination) => source.CopyRow(rows[row], destination);
}
