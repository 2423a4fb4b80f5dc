namespace Microsoft.ML.Jem.Features;

/// <summary>The way back from standardised features to those of the user.</summary>
internal static class StandardizationInverse
{
    /// <summary>Turns standardised rows into the user's features, in place; a constant feature takes its constant.</summary>
    /// <param name="standardization">What was done to the features.</param>
    /// <param name="rows">Whole rows, one after the other.</param>
    public static void Restore(this Standardization standardization, Span<float> rows)
    {
        for (int start = 0; start < rows.Length; start += standardization.Width)
        {
            Span<float> row = rows.Slice(start, standardization.Width);
            for (int j = 0; j < row.Length; j++)
            {
                float scale = standardization.Scale[j];
                row[j] = (scale == 0 ? 0 : row[j] / scale) + standardization.Offset[j];
            }

            standardization.Tails?.Restore(row);
        }
    }

    /// <summary>Undoes <see cref="HeavyTails.Apply"/> for one row, in place.</summary>
    private static void Restore(this HeavyTails tails, Span<float> row)
    {
        for (int j = 0; j < row.Length; j++)
        {
            if (tails.IsHeavy[j])
                row[j] = Math.Clamp((MathF.Sinh(row[j]) / tails.InverseSpread[j]) + tails.Centre[j], -float.MaxValue, float.MaxValue);
        }
    }
}
