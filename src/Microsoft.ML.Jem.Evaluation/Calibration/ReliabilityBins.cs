namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Sorts rows into bins by confidence.</summary>
internal static class ReliabilityBins
{
    /// <summary>Bins of equal width on [0, 1], closed to the right; the first includes 0.</summary>
    public static ReliabilityBin[] OfEqualWidth(ReadOnlySpan<double> confidences, ReadOnlySpan<bool> hits, int binCount)
    {
        var sums = new BinSum[binCount];
        for (int i = 0; i < confidences.Length; i++)
            sums[Index(confidences[i], binCount)].Add(confidences[i], hits[i]);

        var bins = new ReliabilityBin[binCount];
        for (int k = 0; k < binCount; k++)
            bins[k] = sums[k].ToBin((double)k / binCount, (k + 1.0) / binCount);
        return bins;
    }

    /// <summary>
    /// Bins of as equal numbers of rows as can be: row i of n in ascending order falls into bin ⌊i·b/n⌋. Rows of equal confidence
    /// stay together, in the bin of the first of them, so that the result does not depend on the order of rows.
    /// </summary>
    public static ReliabilityBin[] OfEqualMass(ReadOnlySpan<double> confidences, ReadOnlySpan<bool> hits, int binCount)
    {
        double[] sorted = confidences.ToArray();
        bool[] sortedHits = hits.ToArray();
        Array.Sort(sorted, sortedHits);

        var bins = new List<ReliabilityBin>();
        int start = 0;
        while (start < sorted.Length)
        {
            long bin = (long)start * binCount / sorted.Length;
            var sum = default(BinSum);
            int end = start;
            while (end < sorted.Length && ((long)end * binCount / sorted.Length == bin || sorted[end] == sorted[end - 1]))
            {
                sum.Add(sorted[end], sortedHits[end]);
                end++;
            }

            bins.Add(sum.ToBin(sorted[start], sorted[end - 1]));
            start = end;
        }

        return [.. bins];
    }

    /// <summary>Σ over bins of their share of rows · gap.</summary>
    public static double ExpectedError(ReadOnlySpan<ReliabilityBin> bins, long rowCount)
    {
        double sum = 0;
        foreach (ReliabilityBin bin in bins)
        {
            if (bin.Count > 0)
                sum += bin.Count * bin.Gap;
        }

        return sum / rowCount;
    }

    /// <summary>The largest gap of a non-empty bin; NaN where all are empty.</summary>
    public static double MaximumError(ReadOnlySpan<ReliabilityBin> bins)
    {
        double largest = double.NaN;
        foreach (ReliabilityBin bin in bins)
        {
            if (bin.Count > 0 && !(bin.Gap <= largest))
                largest = bin.Gap;
        }

        return largest;
    }

    /// <summary>The bin of equal width that a confidence falls into: the k with k/n &lt; confidence ≤ (k+1)/n, by the bounds as they are reported.</summary>
    /// <param name="confidence">In [0, 1].</param>
    /// <param name="binCount">Number of bins, n.</param>
    public static int Index(double confidence, int binCount)
    {
        int k = Math.Clamp((int)Math.Ceiling(confidence * binCount) - 1, 0, binCount - 1);
        if (k > 0 && confidence <= (double)k / binCount)
            return k - 1;
        return k < binCount - 1 && confidence > (k + 1.0) / binCount ? k + 1 : k;
    }
}
