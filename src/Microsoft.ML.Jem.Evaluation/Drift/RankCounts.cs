namespace Microsoft.ML.Jem.Evaluation;

/// <summary>How many rows have each rank, with sums over higher ranks in logarithmic time (a Fenwick tree).</summary>
/// <remarks>
/// n calibration rows leave n + 1 gaps between them. A new row that is exchangeable with them falls into gap j with probability
/// (1 + rows that fell there) / (n + 1 + rows so far): the sequential conformal transducer as an urn.
/// </remarks>
internal sealed class RankCounts(int gaps)
{
    private readonly long[] _tree = new long[gaps + 1];
    private long _rows;

    /// <summary>Adds a row and gives its p-value (#{higher} + τ·#{equal, itself included}) / #{all, itself included}.</summary>
    /// <param name="rank">The gap it falls into, 0 to gaps − 1; higher = less like the calibration rows.</param>
    /// <param name="tau">A uniform draw from [0, 1).</param>
    public double Add(int rank, double tau)
    {
        long upTo = SumUpTo(rank);
        long equal = upTo - SumUpTo(rank - 1) + 1;
        long higher = _rows - upTo + gaps - 1 - rank;
        double pValue = (higher + tau * equal) / (gaps + _rows);
        for (int i = rank + 1; i < _tree.Length; i += i & -i)
            _tree[i]++;
        _rows++;
        return pValue;
    }

    /// <summary>Rows of a rank of at most <paramref name="rank"/>.</summary>
    private long SumUpTo(int rank)
    {
        long sum = 0;
        for (int i = rank + 1; i > 0; i -= i & -i)
            sum += _tree[i];
        return sum;
    }
}
