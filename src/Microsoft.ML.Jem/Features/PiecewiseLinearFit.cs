namespace Microsoft.ML.Jem.Features;

/// <summary>
/// Finds the borders of a <see cref="PiecewiseLinearEncoding"/>: where decision trees on the classes cut the features, those first
/// that tell most. Trees see all features together, so that a border that only matters beside others is found too.
/// </summary>
internal static class PiecewiseLinearFit
{
    /// <summary>Rows and values looked at, at most.</summary>
    private const int MostRows = 10_000, MostValues = 4_000_000;

    /// <summary>Values of a feature below which it is taken for a category.</summary>
    private const int FewValues = 12;

    /// <summary>Entries per feature, at most.</summary>
    private const int MostPerFeature = 16;

    /// <summary>
    /// Width of a ramp as a share of the way to the next borders. Steps of one feature are learnt far better from steep ramps than from
    /// ramps that meet (docs/decisions.md).
    /// </summary>
    private const double Sharpness = 0.1;

    /// <summary>Trees; the first sees all features, the others a random half.</summary>
    private const int Trees = 8;

    /// <summary>Fits an encoding; null where no cut tells more than chance.</summary>
    /// <param name="rows">Training rows; those without a label are left out.</param>
    /// <param name="standardization">What is done to features first.</param>
    /// <param name="mostEntries">Entries in all, at most.</param>
    /// <param name="seed">Determines the features each tree sees.</param>
    public static PiecewiseLinearEncoding? Fit(TrainingRows rows, Standardization standardization, int mostEntries, int seed)
    {
        int[] labelled = [.. Enumerable.Range(0, rows.Count).Where(row => rows.Labels[row] != TrainingRows.Unlabelled)];
        int width = rows.Features.Width, count = Math.Min(labelled.Length, Math.Min(MostRows, MostValues / width));
        if (count < 2 || mostEntries < 1)
            return null;
        int[] chosen = [.. Enumerable.Range(0, count).Select(i => labelled[(int)((long)i * labelled.Length / count)])];
        float[][] columns = Columns(rows.Features, standardization, chosen);
        var bins = new BinnedColumn[width];
        Parallel.For(0, width, j => bins[j] = BinnedColumn.Of(columns[j]));
        int[] labels = Array.ConvertAll(chosen, row => rows.Labels[row]);

        // A feature of two values needs no border: a linear layer can tell them apart.
        int[] usable = [.. Enumerable.Range(0, width).Where(j => bins[j].Borders.Length > 1)];
        if (usable.Length == 0)
            return null;
        var random = new Random(seed);
        int[][] subsets = [usable, .. Enumerable.Range(1, Trees - 1).Select(_ => random.GetItems(usable, Math.Max(1, usable.Length / 2)).Distinct().ToArray())];
        var gains = new Dictionary<(int Feature, int Border), double>[Trees];
        Parallel.For(0, Trees, t => gains[t] = DecisionTree.Cuts(bins, labels, rows.ClassCount, subsets[t]));

        // Whole numbers of few values are often categories: each of their values is told apart, as far as there is room.
        var categories = usable.Where(j => bins[j].Borders.Length < FewValues)
            .SelectMany(j => Enumerable.Range(0, bins[j].Borders.Length).Select(border => KeyValuePair.Create((Feature: j, Border: border), 0.0)));
        var borders = gains.SelectMany(tree => tree).Concat(categories).GroupBy(cut => cut.Key, cut => cut.Value)
            .Select(group => (group.Key.Feature, group.Key.Border, Gain: group.Sum()))
            .OrderByDescending(cut => cut.Gain).ThenBy(cut => cut.Feature).ThenBy(cut => cut.Border)
            .GroupBy(cut => cut.Feature).SelectMany(group => group.Take(MostPerFeature))
            .OrderByDescending(cut => cut.Gain).ThenBy(cut => cut.Feature).ThenBy(cut => cut.Border)
            .Take(mostEntries).ToLookup(cut => cut.Feature, cut => bins[cut.Feature].Borders[cut.Border]);
        return Ramps(borders, columns);
    }

    private static PiecewiseLinearEncoding? Ramps(ILookup<int, float> borders, float[][] columns)
    {
        List<int> features = [];
        List<float> offsets = [], scales = [];
        foreach (IGrouping<int, float> group in borders.OrderBy(group => group.Key))
        {
            float[] sorted = [columns[group.Key].Min(), .. group.Order(), columns[group.Key].Max()];
            for (int i = 1; i < sorted.Length - 1; i++)
            {
                // A steeper ramp would have a gradient that no sampler can follow.
                const double Narrowest = 0.005;
                double below = Math.Max(Narrowest, Sharpness * (sorted[i] - sorted[i - 1]) / 2);
                double above = Math.Max(Narrowest, Sharpness * (sorted[i + 1] - sorted[i]) / 2);
                features.Add(group.Key);
                offsets.Add((float)(sorted[i] - below));
                scales.Add((float)(1 / (below + above)));
            }
        }

        return features.Count == 0 ? null : new PiecewiseLinearEncoding([.. features], [.. offsets], [.. scales]);
    }

    private static float[][] Columns(FeatureMatrix features, Standardization standardization, int[] chosen)
    {
        var columns = new float[features.Width][];
        for (int j = 0; j < columns.Length; j++)
            columns[j] = new float[chosen.Length];
        var row = new float[features.Width];
        for (int i = 0; i < chosen.Length; i++)
        {
            features.CopyRow(chosen[i], row);
            standardization.Apply(row);
            for (int j = 0; j < row.Length; j++)
                columns[j][i] = row[j];
        }

        return columns;
    }
}
