namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Bets against p-values being uniform: convex densities on [0, 1], each of which grows under another kind of change.</summary>
/// <remarks>
/// <para>κ·p^(κ−1) wins when some rows become alien, the nearer κ to 1 the fewer of them it takes; κ·(1−p)^(κ−1) when some become
/// more ordinary than rows were, as from a sensor that is stuck; 1 + e·(1−2p) when all move a little to either side;
/// 1 + e·(12(p−½)²−1) when they spread to both.</para>
/// <para>All are convex, for an ensemble's sake: its OodScore averages those of its members, and an average of uniform p-values is
/// nearer to ½ than uniform ones are. By Jensen's inequality the mean of a convex bet is then at most 1, and the guarantee holds.</para>
/// </remarks>
internal static class Bets
{
    private static readonly double[] Powers = [0.5, 0.8, 0.95];
    private static readonly double[] Slopes = [0.9, 0.4, 0.15, -0.15, -0.4, -0.9];
    private static readonly double[] Spreads = [0.9, 0.4];

    /// <summary>Number of bets.</summary>
    public static int Count => 2 * Powers.Length + Slopes.Length + Spreads.Length;

    /// <summary>What each bet is multiplied by; the mean over uniform p-values is 1.</summary>
    /// <param name="pValue">In [0, 1].</param>
    /// <param name="factors">Takes <see cref="Count"/> numbers.</param>
    public static void Factors(double pValue, Span<double> factors)
    {
        // The ends have probability 0 and would win without limit.
        double p = Math.Clamp(pValue, 1e-12, 1 - 1e-12);
        double spread = 12 * (p - 0.5) * (p - 0.5) - 1;
        int i = 0;
        foreach (double power in Powers)
        {
            factors[i++] = power * Math.Pow(p, power - 1);
            factors[i++] = power * Math.Pow(1 - p, power - 1);
        }

        foreach (double slope in Slopes)
            factors[i++] = 1 + slope * (1 - 2 * p);
        foreach (double share in Spreads)
            factors[i++] = 1 + share * spread;
    }
}
