namespace Microsoft.ML.Jem.Features;

/// <summary>A feature cut into bins of about as many rows each.</summary>
/// <param name="Bins">The bin of each row.</param>
/// <param name="Borders">What lies between neighbouring bins: value b is above bin b.</param>
internal sealed record BinnedColumn(byte[] Bins, float[] Borders)
{
    /// <summary>Bins at most.</summary>
    public const int MostBins = 64;

    /// <summary>Cuts a column half way between values; equal values stay together.</summary>
    public static BinnedColumn Of(float[] values)
    {
        float[] sorted = [.. values.Order()];
        List<float> borders = [];
        int start = 0;
        for (int i = 1; i < sorted.Length && borders.Count < MostBins - 1; i++)
        {
            if (sorted[i] == sorted[i - 1] || i - start < (sorted.Length - start) / (MostBins - borders.Count))
                continue;
            borders.Add((float)(((double)sorted[i - 1] + sorted[i]) / 2));
            start = i;
        }

        float[] found = [.. borders];
        return new BinnedColumn(Array.ConvertAll(values, value => (byte)BinOf(found, value)), found);
    }

    private static int BinOf(float[] borders, float value)
    {
        int index = Array.BinarySearch(borders, value);
        return index < 0 ? ~index : index;
    }
}
