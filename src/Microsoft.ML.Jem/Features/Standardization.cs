namespace Microsoft.ML.Jem.Features;

/// <summary>Brings each feature to a common scale inside the model: clip((x − offset) · scale, ±limit).</summary>
/// <param name="Offset">What is subtracted, one value a feature.</param>
/// <param name="Scale">What the difference is multiplied by, one value a feature; finite, 0 for a constant feature.</param>
/// <param name="Limit">Largest absolute value that leaves; positive infinity where nothing is clipped.</param>
internal sealed record Standardization(float[] Offset, float[] Scale, float Limit)
{
    // Where values spread by less than this share of their size, floats hold hardly more than rounding: constant to us.
    private const double SmallestRelativeSpread = 1e-6;

    // Keeps (x − offset) · scale finite for any finite x that was seen, and 1/scale for tiny spreads.
    private const double LargestScale = 1e30;

    /// <summary>Number of features.</summary>
    public int Width => Offset.Length;

    /// <summary>Takes each feature's mean and standard deviation, so that the rows leave with mean 0 and deviation 1.</summary>
    /// <param name="rows">The training rows, at least one.</param>
    /// <param name="limit">Largest absolute value that leaves: tames outliers, and features that were almost constant in training.</param>
    /// <exception cref="ArgumentException">There is no row, or a value is not a finite number.</exception>
    public static Standardization Fit(FeatureMatrix rows, float limit = float.PositiveInfinity)
    {
        if (rows.RowCount == 0)
            throw new ArgumentException("No rows to standardise by: expected at least one training row.", nameof(rows));

        // Welford's recurrence in double: one pass, and no squares of large means to cancel.
        int width = rows.Width;
        var mean = new double[width];
        var squares = new double[width];
        var largest = new double[width];
        var row = new float[width];
        for (int i = 0; i < rows.RowCount; i++)
        {
            rows.CopyRow(i, row);
            for (int j = 0; j < width; j++)
            {
                double value = row[j];
                if (!double.IsFinite(value))
                    throw new ArgumentException($"Feature {j} of row {i} is {value}: expected a finite number. Replace missing values first (ReplaceMissingValues).", nameof(rows));
                double difference = value - mean[j];
                mean[j] += difference / (i + 1);
                squares[j] += difference * (value - mean[j]);
                largest[j] = Math.Max(largest[j], Math.Abs(value));
            }
        }

        var scale = new float[width];
        for (int j = 0; j < width; j++)
        {
            double deviation = Math.Sqrt(squares[j] / rows.RowCount);
            bool varies = deviation > SmallestRelativeSpread * largest[j];
            scale[j] = varies ? (float)Math.Min(1 / deviation, LargestScale) : 0;
        }

        return new Standardization(Array.ConvertAll(mean, value => (float)value), scale, limit);
    }

    /// <summary>Standardises rows in place.</summary>
    /// <param name="rows">Whole rows, one after the other.</param>
    public void Apply(Span<float> rows)
    {
        for (int start = 0; start < rows.Length; start += Width)
        {
            Span<float> row = rows.Slice(start, Width);
            for (int j = 0; j < row.Length; j++)
                row[j] = Math.Clamp((row[j] - Offset[j]) * Scale[j], -Limit, Limit);
        }
    }
}
