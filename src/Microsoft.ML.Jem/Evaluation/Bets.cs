namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Bets against p-values being uniform: densities on [0, 1], each of which grows under another kind of change.</summary>
/// <remarks>
/// κ·p^(κ−1) wins when some rows become alien, the nearer κ to 1 the fewer of them it takes; 1 + e·cos(πp) when all rows move a
/// little away from the training data (e &gt; 0) or towards its middle (e &lt; 0, a stuck sensor for one); 1 + e·cos(2πp) when rows
/// spread to both ends or gather between them.
/// </remarks>
internal static class Bets
{
    private static readonly double[] Powers = [0.5, 0.8, 0.95];
    private static readonly double[] Waves = [0.9, 0.4, 0.15, -0.15, -0.4, -0.9];

    /// <summary>Number of bets.</summary>
    public static int Count => Powers.Length + 2 * Waves.Length;

    /// <summary>What each bet is multiplied by; the mean over uniform p-values is 1.</summary>
    /// <param name="pValue">In [0, 1].</param>
    /// <param name="factors">Takes <see cref="Count"/> numbers.</param>
    public static void Factors(double pValue, Span<double> factors)
    {
        // p = 0 has probability 0 and would win without limit.
        double p = Math.Max(pValue, 1e-12);
        double slope = Math.Cos(Math.PI * p);
        double ends = Math.Cos(2 * Math.PI * p);
        int i = 0;
        foreach (double power in Powers)
            factors[i++] = power * Math.Pow(p, power - 1);
        foreach (double wave in Waves)
        {
            factors[i++] = 1 + wave * slope;
            factors[i++] = 1 + wave * ends;
        }
    }
}
