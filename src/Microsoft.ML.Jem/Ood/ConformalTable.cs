namespace Microsoft.ML.Jem.Ood;

/// <summary>Nonconformity scores of held-out rows, against which a new row's score becomes a conformal p-value.</summary>
/// <remarks>
/// <para>Scores follow one convention: higher = less like the held-out rows. For a row exchangeable with them, the p-value is at
/// most α with probability at most α, whatever the distribution (Vovk, Gammerman, Shafer: Algorithmic Learning in a Random
/// World, 2005; Bates et al., Testing for outliers with conformal p-values, 2023).</para>
/// <para>A score of NaN counts as higher than all: it gets the lowest p-value.</para>
/// </remarks>
internal sealed class ConformalTable
{
    private readonly float[] _descending;

    private ConformalTable(float[] descending) => _descending = descending;

    /// <summary>The scores, the highest first.</summary>
    public ReadOnlySpan<float> Descending => _descending;

    /// <summary>Number of scores kept, n; p-values are multiples of 1/(n+1).</summary>
    public int Count => _descending.Length;

    /// <summary>Makes a table of the scores of held-out rows.</summary>
    /// <param name="scores">One score per row, in any order; infinite ones are allowed, NaN is not.</param>
    /// <param name="capacity">The most scores to keep, at least 1.</param>
    /// <remarks>
    /// Of more than <paramref name="capacity"/> = m scores, those of descending rank ⌊k(n+1)/(m+1)⌋, k = 1…m, are kept. No
    /// p-value falls by that, so the guarantee holds for the smaller table as well: the k-th one kept is the lowest whose p-value
    /// (1+k)/(m+1) is still at least the p-value it had among all n.
    /// </remarks>
    /// <exception cref="ArgumentException">There is no score, or one is NaN.</exception>
    public static ConformalTable Create(ReadOnlySpan<float> scores, int capacity = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        float[] descending = scores.ToArray();
        Array.Sort(descending, (left, right) => right.CompareTo(left));
        Check(descending);
        if (descending.Length <= capacity)
            return new ConformalTable(descending);

        var kept = new float[capacity];
        for (int k = 1; k <= capacity; k++)
            kept[k - 1] = descending[(int)(k * (descending.Length + 1L) / (capacity + 1L)) - 1];
        return new ConformalTable(kept);
    }

    /// <summary>Takes over scores that are sorted already, as <see cref="Descending"/> gave them.</summary>
    /// <exception cref="ArgumentException">There is no score, one is NaN, or they are not sorted.</exception>
    public static ConformalTable FromDescending(float[] descending)
    {
        Check(descending);
        for (int i = 1; i < descending.Length; i++)
        {
            if (descending[i] > descending[i - 1])
                throw new ArgumentException($"The scores of a conformal table must descend, but score {i} is higher than the one before.", nameof(descending));
        }

        return new ConformalTable(descending);
    }

    /// <summary>The conservative p-value (1 + #{held out ≥ score}) / (n + 1), in (0, 1].</summary>
    public double PValue(float score) => (1.0 + CountAtLeast(score)) / (Count + 1.0);

    /// <summary>1 − <see cref="PValue"/> = #{held out &lt; score} / (n + 1), in [0, 1).</summary>
    public double OodScore(float score) => (Count - CountAtLeast(score)) / (Count + 1.0);

    private int CountAtLeast(float score)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_descending[middle] >= score)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static void Check(ReadOnlySpan<float> scores)
    {
        if (scores.IsEmpty)
            throw new ArgumentException("A conformal table needs the score of at least one held-out row.", nameof(scores));
        foreach (float score in scores)
        {
            if (float.IsNaN(score))
                throw new ArgumentException("A held-out row has the score NaN. Leave out rows whose features are not finite.", nameof(scores));
        }
    }
}
