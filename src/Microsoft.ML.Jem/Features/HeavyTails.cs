namespace Microsoft.ML.Jem.Features;

/// <summary>
/// Features whose largest values lie tens of spreads away (counts of bytes, durations, prices). For these, x becomes
/// asinh((x − centre) · inverseSpread): linear around the centre, logarithmic far out, so that neither the bulk is squeezed into a
/// point nor the tail cut off. Burbidge, Magee, Robb, "Alternative transformations to handle extreme values of the dependent
/// variable", JASA 1988.
/// </summary>
/// <param name="IsHeavy">Whether a feature is treated so, one value per feature.</param>
/// <param name="Centre">Median of each such feature; 0 for the others.</param>
/// <param name="InverseSpread">One over the spread of each such feature; 1 for the others.</param>
internal sealed record HeavyTails(bool[] IsHeavy, float[] Centre, float[] InverseSpread)
{
    /// <summary>A feature is heavy-tailed where its farthest value is this many spreads from the median.</summary>
    private const double FarthestSpreads = 20;

    /// <summary>From interquartile range to standard deviation, for a normal distribution.</summary>
    private const double QuartilesPerDeviation = 1.349;

    /// <summary>Rows the quantiles are taken from at most; in wide data fewer, to bound the memory.</summary>
    private const int MostRows = 10_000, FewestRows = 500, MostValues = 4_000_000;

    /// <summary>Features that are looked at in one pass over the rows: with <see cref="FewestRows"/>, 16 megabytes.</summary>
    private const int FeaturesAtOnce = MostValues / FewestRows;

    /// <summary>Finds the heavy-tailed features; null where there are none.</summary>
    public static HeavyTails? Fit(FeatureMatrix rows)
    {
        var isHeavy = new bool[rows.Width];
        var centre = new float[rows.Width];
        var inverseSpread = new float[rows.Width];
        float[][] columns = [];
        for (int j = 0; j < rows.Width; j++)
        {
            if (j % FeaturesAtOnce == 0)
                columns = Columns(rows, j, Math.Min(FeaturesAtOnce, rows.Width - j));
            float[] values = columns[j % FeaturesAtOnce];
            Array.Sort(values);
            double median = Quantile(values, 0.5);
            double farthest = Math.Max(values[^1] - median, median - values[0]);
            double spread = Spread(values, median);
            isHeavy[j] = spread > 0 && farthest > FarthestSpreads * spread;
            centre[j] = isHeavy[j] ? (float)median : 0;
            inverseSpread[j] = isHeavy[j] ? (float)Math.Min(1 / spread, float.MaxValue) : 1;
        }

        return isHeavy.Contains(true) ? new HeavyTails(isHeavy, centre, inverseSpread) : null;
    }

    /// <summary>Transforms one row in place.</summary>
    public void Apply(Span<float> row)
    {
        for (int j = 0; j < row.Length; j++)
        {
            if (IsHeavy[j])
                row[j] = MathF.Asinh(Math.Clamp((row[j] - Centre[j]) * InverseSpread[j], -float.MaxValue, float.MaxValue));
        }
    }

    /// <summary>The interquartile range as a standard deviation; where half of the values are alike, the mean distance from them.</summary>
    private static double Spread(float[] sorted, double median)
    {
        double quartiles = (Quantile(sorted, 0.75) - Quantile(sorted, 0.25)) / QuartilesPerDeviation;
        return quartiles > 1e-9 * Math.Max(1, Math.Abs(median)) ? quartiles : sorted.Average(value => Math.Abs(value - median));
    }

    private static double Quantile(float[] sorted, double share)
    {
        double position = share * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * ((double)sorted[above] - sorted[below]));
    }

    /// <summary>Some features of evenly spaced rows, turned into columns.</summary>
    private static float[][] Columns(FeatureMatrix rows, int first, int width)
    {
        int count = Math.Min(rows.RowCount, Math.Clamp(MostValues / rows.Width, FewestRows, MostRows));
        var columns = new float[width][];
        for (int j = 0; j < columns.Length; j++)
            columns[j] = new float[count];
        var row = new float[rows.Width];
        for (int i = 0; i < count; i++)
        {
            rows.CopyRow((int)((long)i * rows.RowCount / count), row);
            for (int j = 0; j < width; j++)
                columns[j][i] = row[first + j];
        }

        return columns;
    }
}
