namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Split-conformal sets of classes that hold the true class with probability at least 1 − α.</summary>
/// <remarks>
/// The nonconformity of a class is 1 − its probability (Sadinle, Lei, Wasserman: Least ambiguous set-valued classifiers with
/// bounded error levels, 2019).
/// </remarks>
internal static class PredictionSets
{
    /// <summary>The ⌈(n+1)(1−α)⌉-th smallest nonconformity; positive infinity, so that every set is full, where n is too small for α.</summary>
    /// <param name="nonconformity">1 − probability of the true class, one value a held-out row.</param>
    /// <param name="alpha">The share of rows that may be missed, between 0 and 1, both excluded.</param>
    public static double Quantile(ReadOnlySpan<double> nonconformity, double alpha)
    {
        if (!(alpha > 0 && alpha < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The share of rows that may be missed must lie between 0 and 1.");

        // Where (n+1)(1−α) is a whole number, rounding must not lift it to the next.
        double rank = Math.Ceiling((nonconformity.Length + 1) * (1 - alpha) - 1e-9);
        if (rank > nonconformity.Length)
            return double.PositiveInfinity;

        double[] ascending = nonconformity.ToArray();
        Array.Sort(ascending);
        return ascending[Math.Max((int)rank, 1) - 1];
    }

    /// <summary>How little a class fits a row.</summary>
    public static double Nonconformity(float probability) => 1 - (double)probability;

    /// <summary>The classes whose nonconformity is at most the quantile, in order; possibly none.</summary>
    /// <param name="probabilities">One probability a class.</param>
    /// <param name="quantile">What <see cref="Quantile"/> gave.</param>
    public static int[] Set(ReadOnlySpan<float> probabilities, double quantile)
    {
        var set = new List<int>();
        for (int k = 0; k < probabilities.Length; k++)
        {
            if (Nonconformity(probabilities[k]) <= quantile)
                set.Add(k);
        }

        return [.. set];
    }
}
