namespace Microsoft.ML.Jem.Features;

/// <summary>How many rows are held as floats at a time: a number of rows alone would let wide ones take gigabytes.</summary>
internal static class RowBudget
{
    /// <summary>As many rows as fit into a number of values, at least one and at most <paramref name="most"/>.</summary>
    /// <param name="width">Values a row, at least 1.</param>
    /// <param name="most">The most rows that are of any use.</param>
    /// <param name="values">The values that may be held; four bytes each.</param>
    public static int Rows(int width, int most, long values) => (int)Math.Clamp(values / width, 1, most);

    /// <summary>At most <paramref name="most"/> of <paramref name="count"/> rows, evenly spaced.</summary>
    public static int[] Spread(int count, int most)
    {
        int chosen = Math.Min(count, most);
        return [.. Enumerable.Range(0, chosen).Select(i => (int)((long)i * count / chosen))];
    }
}
