namespace Microsoft.ML.Jem.Features;

/// <summary>
/// Brings each feature to a common scale inside the model: clip((t(x) − offset) · scale, ±limit), where t tames heavy tails and
/// leaves the other features alone.
/// </summary>
/// <param name="Offset">What is subtracted, one value per feature.</param>
/// <param name="Scale">What the difference is multiplied by, one value per feature; finite, 0 for a constant feature.</param>
/// <param name="Limit">Largest absolute value that leaves; positive infinity where nothing is clipped.</param>
/// <param name="Tails">What is done to heavy-tailed features first; null where there are none.</param>
internal sealed record Standardization(float[] Offset, float[] Scale, float Limit, HeavyTails? Tails = null)
{
    // A deviation counts as at least this share of the feature's range: a pixel that is almost always 0 is not blown up.
    private const double SmallestShareOfRange = 0.01;

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
        var lowest = new double[width];
        var highest = new double[width];
        Array.Fill(lowest, double.PositiveInfinity);
        Array.Fill(highest, double.NegativeInfinity);
        CheckFinite(rows);
        HeavyTails? tails = HeavyTails.Fit(rows);
        var row = new float[width];
        for (int i = 0; i < rows.RowCount; i++)
        {
            rows.CopyRow(i, row);
            tails?.Apply(row);
            for (int j = 0; j < width; j++)
            {
                double value = row[j];
                double difference = value - mean[j];
                mean[j] += difference / (i + 1);
                squares[j] += difference * (value - mean[j]);
                largest[j] = Math.Max(largest[j], Math.Abs(value));
                lowest[j] = Math.Min(lowest[j], value);
                highest[j] = Math.Max(highest[j], value);
            }
        }

        var scale = new float[width];
        for (int j = 0; j < width; j++)
        {
            double deviation = Math.Sqrt(squares[j] / rows.RowCount);
            bool varies = deviation > SmallestRelativeSpread * largest[j];
            double floored = Math.Max(deviation, SmallestShareOfRange * (highest[j] - lowest[j]));
            scale[j] = varies ? (float)Math.Min(1 / floored, LargestScale) : 0;
        }

        return new Standardization(Array.ConvertAll(mean, value => (float)value), scale, limit, tails);
    }

    /// <summary>Standardises rows in place.</summary>
    /// <param name="rows">Whole rows, one after the other.</param>
    public void Apply(Span<float> rows)
    {
        for (int start = 0; start < rows.Length; start += Width)
        {
            Span<float> row = rows.Slice(start, Width);
            Tails?.Apply(row);
            for (int j = 0; j < row.Length; j++)
            {
                // A difference that overflows is as far as there is: ∞ times the 0 of a constant feature would be NaN.
                float difference = Math.Clamp(row[j] - Offset[j], -float.MaxValue, float.MaxValue);
                row[j] = Math.Clamp(difference * Scale[j], -Limit, Limit);
            }
        }
    }

    private static void CheckFinite(FeatureMatrix rows)
    {
        var row = new float[rows.Width];
        for (int i = 0; i < rows.RowCount; i++)
        {
            rows.CopyRow(i, row);
            int bad = Array.FindIndex(row, value => !float.IsFinite(value));
            if (bad >= 0)
                throw new ArgumentException($"Feature {bad} of row {i} is {row[bad]}: expected a finite number. Replace missing values first (ReplaceMissingValues).", nameof(rows));
        }
    }
}
