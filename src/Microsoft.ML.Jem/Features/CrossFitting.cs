namespace Microsoft.ML.Jem.Features;

/// <summary>
/// Cuts rows into stratified parts, one for each member of an ensemble: a member trains on all rows but its part, and is calibrated
/// and stopped on that part. Every row trains most members, and no calibration row was trained on.
/// </summary>
internal static class CrossFitting
{
    /// <summary>Makes the parts.</summary>
    /// <param name="rows">The rows to divide; unlabelled ones train every member.</param>
    /// <param name="members">Number of members, at least 1.</param>
    /// <param name="fraction">Share of each class that a part holds, at most 1/<paramref name="members"/>.</param>
    /// <param name="random">Decides which rows; the same generator state gives the same parts.</param>
    /// <remarks>
    /// Parts are disjoint. A class gives a part a row only if it has one left for training; where parts are smaller than a row, the
    /// parts that get one are drawn.
    /// </remarks>
    public static (TrainingRows Train, TrainingRows HeldOut)[] Split(TrainingRows rows, int members, double fraction, Random random)
    {
        var part = new int[rows.Count];
        Array.Fill(part, -1);
        foreach (IGrouping<int, int> group in Enumerable.Range(0, rows.Count).GroupBy(row => rows.Labels[row]).OrderBy(g => g.Key))
        {
            if (group.Key == TrainingRows.Unlabelled)
                continue;
            int[] own = [.. group];
            random.Shuffle(own);
            Assign(own, part, members, fraction, random.NextDouble());
        }

        return
        [
            .. Enumerable.Range(0, members).Select(m =>
            {
                int[] heldOut = [.. Enumerable.Range(0, rows.Count).Where(row => part[row] == m)];
                int[] train = [.. Enumerable.Range(0, rows.Count).Where(row => part[row] != m)];
                return (rows.Subset(train), rows.Subset(heldOut));
            }),
        ];
    }

    /// <summary>
    /// Row i lies at (i + u)/n on a circle that begins with the parts, one after the other; with the same u in [0, 1) for all, a
    /// part gets ⌊n·fraction⌋ or ⌈n·fraction⌉ of them.
    /// </summary>
    private static void Assign(int[] own, int[] part, int members, double fraction, double offset)
    {
        if (own.Length < 2)
            return;
        for (int i = 0; i < own.Length; i++)
        {
            int m = (int)((i + offset) / own.Length / fraction);
            if (m < members)
                part[own[i]] = m;
        }

        // One part must not hold them all.
        if (members == 1 && own.All(row => part[row] == 0))
            part[own[0]] = -1;
    }
}
