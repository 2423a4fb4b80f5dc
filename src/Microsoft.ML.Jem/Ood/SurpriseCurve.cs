namespace Microsoft.ML.Jem.Ood;

/// <summary>
/// Turns a statistic of a row into surprise, −ln of the share of held-out rows that are at least as strange, so that statistics
/// of different kinds can be added (Fisher's method of combining p-values). Beyond the held-out rows' highest tenth, where a
/// share can no longer be counted, the tail is taken to be exponential and surprise goes on rising.
/// </summary>
/// <remarks>
/// Piecewise linear, Σ_j Slopes_j · (clip(s, Lows_j, Highs_j) − Lows_j): every term is positive, so nothing cancels. It need not be
/// exact: what is made of it is calibrated once more.
/// </remarks>
/// <param name="Lows">Where each piece begins, ascending.</param>
/// <param name="Highs">Where each piece ends; the last one ends far out, where surprise is as high as it gets.</param>
/// <param name="Slopes">How fast surprise rises within each piece, 0 or more.</param>
internal sealed record SurpriseCurve(float[] Lows, float[] Highs, float[] Slopes)
{
    /// <summary>Number of pieces, the tail among them.</summary>
    public const int PieceCount = 16;

    /// <summary>Share of the held-out rows in the tail.</summary>
    private const double Tail = 0.1;

    /// <summary>Surprise at the end of the tail: far beyond any data, and still exact in a float.</summary>
    private const double Highest = 1e4;

    /// <summary>Fits a curve to a statistic of held-out rows; higher = stranger.</summary>
    /// <param name="statistics">One value a row, at least one, none of them NaN.</param>
    public static SurpriseCurve Fit(ReadOnlySpan<float> statistics)
    {
        if (statistics.IsEmpty)
            throw new ArgumentException("A surprise curve needs at least one held-out row.", nameof(statistics));
        float[] sorted = statistics.ToArray();
        Array.Sort(sorted);

        // The body: knots at equal steps of the share of rows above, which falls from 1 to the tail's.
        var lows = new float[PieceCount];
        var highs = new float[PieceCount];
        var slopes = new float[PieceCount];
        int body = PieceCount - 1;
        for (int j = 0; j < body; j++)
        {
            double from = 1 - ((1 - Tail) * j / body), to = 1 - ((1 - Tail) * (j + 1) / body);
            lows[j] = Quantile(sorted, 1 - from);
            highs[j] = Quantile(sorted, 1 - to);
            double width = (double)highs[j] - lows[j];
            slopes[j] = width > 0 ? (float)Math.Min(Math.Log(from / to) / width, float.MaxValue) : 0;
        }

        float threshold = highs[body - 1];
        float[] beyond = Array.FindAll(sorted, value => value > threshold);
        double excess = beyond.Length > 0 ? beyond.Average(value => (double)value - threshold) : 0;
        double rate = 1 / Math.Max(excess, 1e-6 * Math.Max(1, Math.Abs((double)threshold)));
        lows[body] = threshold;
        highs[body] = (float)Math.Min(threshold + (Highest / rate), float.MaxValue);
        slopes[body] = (float)rate;
        return new SurpriseCurve(lows, highs, slopes);
    }

    /// <summary>The surprise at <paramref name="statistic"/>; NaN stays NaN.</summary>
    public float Of(float statistic)
    {
        float sum = 0;
        for (int j = 0; j < Lows.Length; j++)
            sum += Slopes[j] * (MathF.Min(MathF.Max(statistic, Lows[j]), Highs[j]) - Lows[j]);
        return sum;
    }

    /// <summary>The curve, <paramref name="weight"/> times as high.</summary>
    public SurpriseCurve Times(float weight) => this with { Slopes = Array.ConvertAll(Slopes, slope => slope * weight) };

    private static float Quantile(float[] sorted, double share)
    {
        double position = share * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return (float)(sorted[below] + ((position - below) * ((double)sorted[above] - sorted[below])));
    }
}
