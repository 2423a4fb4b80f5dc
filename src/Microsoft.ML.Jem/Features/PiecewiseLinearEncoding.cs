namespace Microsoft.ML.Jem.Features;

/// <summary>
/// Ramps beside the standardised features: entry e is clip((x[feature] − offset) · scale, 0, 1), 0 below a bin of the feature, 1 above
/// it and linear within. A network reads thresholds from them that it would need many updates to build from the feature itself.
/// Gorishniy, Rubachev, Babenko, "On embeddings for numerical features in tabular deep learning", NeurIPS 2022.
/// </summary>
/// <param name="Feature">The feature that each entry reads.</param>
/// <param name="Offset">The lower border of each entry's bin, in standardised features.</param>
/// <param name="Scale">One over the width of each entry's bin.</param>
internal sealed record PiecewiseLinearEncoding(int[] Feature, float[] Offset, float[] Scale)
{
    /// <summary>Number of entries.</summary>
    public int Count => Feature.Length;

    /// <summary>The matrix [width, <see cref="Count"/>] that picks each entry's feature: 1 where an entry reads a feature, 0 elsewhere.</summary>
    public float[] Selection(int width)
    {
        var selection = new float[width * Count];
        for (int e = 0; e < Count; e++)
            selection[(Feature[e] * Count) + e] = 1;
        return selection;
    }
}
