namespace Microsoft.ML.Jem.Features;

/// <summary>Divides rows so that every class keeps its share on both sides.</summary>
internal static class StratifiedSplit
{
    /// <summary>Splits labelled rows into training and held-out rows; unlabelled rows stay in training.</summary>
    /// <param name="rows">The rows to divide.</param>
    /// <param name="fraction">Share of each class to hold out, in (0, 1).</param>
    /// <param name="random">Decides which rows; the same generator state gives the same split.</param>
    /// <remarks>A class with a single row keeps it for training; a class with two or more gives at least one of them.</remarks>
    public static (TrainingRows Train, TrainingRows HeldOut) Split(TrainingRows rows, double fraction, Random random)
    {
        var heldOut = new List<int>();
        var train = new List<int>();
        foreach (IGrouping<int, int> group in Enumerable.Range(0, rows.Count).GroupBy(row => rows.Labels[row]).OrderBy(g => g.Key))
        {
            int[] members = [.. group];
            if (group.Key == TrainingRows.Unlabelled)
            {
                train.AddRange(members);
                continue;
            }

            random.Shuffle(members);
            int take = members.Length < 2 ? 0 : Math.Clamp((int)Math.Round(members.Length * fraction), 1, members.Length - 1);
            heldOut.AddRange(members.AsSpan(0, take));
            train.AddRange(members.AsSpan(take));
        }

        // In the order of the source, so that memory is walked forwards.
        train.Sort();
        heldOut.Sort();
        return (rows.Subset([.. train]), rows.Subset([.. heldOut]));
    }
}
