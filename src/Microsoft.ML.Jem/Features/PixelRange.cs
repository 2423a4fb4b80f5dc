namespace Microsoft.ML.Jem.Features;

/// <summary>Brings all pixels of images to one scale: the range of the training images becomes −1 to 1.</summary>
/// <remarks>
/// One offset and one scale for all pixels keep an image an image: scaled pixel by pixel, a corner that is almost always black
/// would count as much as the middle. −1 to 1 is the range the paper's step size, noise and initial distribution are meant for.
/// </remarks>
internal static class PixelRange
{
    /// <summary>Finds the range.</summary>
    /// <param name="rows">The training images, at least one; finite.</param>
    /// <param name="limit">Largest absolute value that leaves.</param>
    public static Standardization Fit(FeatureMatrix rows, float limit)
    {
        float lowest = float.PositiveInfinity, highest = float.NegativeInfinity;
        var row = new float[rows.Width];
        for (int i = 0; i < rows.RowCount; i++)
        {
            rows.CopyRow(i, row);
            foreach (float value in row)
                (lowest, highest) = (Math.Min(lowest, value), Math.Max(highest, value));
        }

        double centre = (lowest + (double)highest) / 2;
        double half = (highest - (double)lowest) / 2;
        float scale = half > 1e-6 * Math.Abs(centre) ? (float)Math.Min(1 / half, 1e30) : 0;
        var offsets = new float[rows.Width];
        var scales = new float[rows.Width];
        Array.Fill(offsets, (float)centre);
        Array.Fill(scales, scale);
        return new Standardization(offsets, scales, limit);
    }
}
