namespace Microsoft.ML.Jem.Calibration;

/// <summary>The sum of several statistics' surprises (Fisher's method), for rows and for the held-out rows that the curves come from.</summary>
internal static class TotalSurprise
{
    /// <summary>Parts that the held-out rows are cut into: each is judged by curves that 95 % of the rows, and none of its own, made.</summary>
    private const int FoldCount = 20;

    /// <summary>Fits a curve to each statistic.</summary>
    /// <param name="statistics">One array a statistic, one value a held-out row.</param>
    /// <param name="weights">How much each statistic counts.</param>
    public static SurpriseCurve[] Fit(IReadOnlyList<float[]> statistics, IReadOnlyList<float> weights) =>
        [.. statistics.Select((values, s) => SurpriseCurve.Fit(values).Times(weights[s]))];

    /// <summary>The surprise of each row.</summary>
    public static float[] Of(SurpriseCurve[] curves, IReadOnlyList<float[]> statistics) =>
        [.. Enumerable.Range(0, statistics[0].Length).Select(row => Of(curves, statistics, row))];

    /// <summary>The surprise of each held-out row, by curves that were fitted without it.</summary>
    /// <remarks>
    /// Curves fitted to a row call it less strange than a fresh one like it: with 20 rows and 4 statistics 8 % of fresh rows instead of 5 %
    /// were above 0.95. Cross-validation treats held-out rows as fresh ones are treated.
    /// </remarks>
    public static float[] OfHeldOut(IReadOnlyList<float[]> statistics, IReadOnlyList<float> weights)
    {
        int count = statistics[0].Length;
        int folds = Math.Min(count, FoldCount);
        if (folds < 2)
            return Of(Fit(statistics, weights), statistics);

        var totals = new float[count];
        for (int fold = 0; fold < folds; fold++)
        {
            SurpriseCurve[] curves = Fit([.. statistics.Select(values => values.Where((_, row) => row % folds != fold).ToArray())], weights);
            for (int row = fold; row < count; row += folds)
                totals[row] = Of(curves, statistics, row);
        }

        return totals;
    }

    private static float Of(SurpriseCurve[] curves, IReadOnlyList<float[]> statistics, int row)
    {
        float total = 0;
        for (int s = 0; s < curves.Length; s++)
            total += curves[s].Of(statistics[s][row]);
        return total;
    }
}
