namespace Microsoft.ML.Jem.Quality;

/// <summary>The binomial distribution.</summary>
internal static class Binomial
{
    /// <summary>The exact 95 % interval of a share of which <paramref name="hits"/> of <paramref name="count"/> were seen (Clopper, Pearson, 1934).</summary>
    public static (double Low, double High) Interval(int hits, int count)
    {
        const double Tail = 0.025;
        double low = hits == 0 ? 0 : Solve(p => 1 - AtMost(hits - 1, count, p) - Tail);
        double high = hits == count ? 1 : Solve(p => Tail - AtMost(hits, count, p));
        return (low, high);
    }

    /// <summary>The chance of at most <paramref name="hits"/> hits.</summary>
    public static double AtMost(int hits, int count, double probability)
    {
        if (probability is 0 or 1)
            return probability == 0 || hits >= count ? 1 : 0;

        // Logarithms of the terms: the first of them underflows for a few thousand rows.
        double term = count * Math.Log(1 - probability), odds = Math.Log(probability / (1 - probability)), sum = Math.Exp(term);
        for (int k = 1; k <= hits; k++)
        {
            term += Math.Log((count - k + 1) / (double)k) + odds;
            sum += Math.Exp(term);
        }

        return Math.Min(1, sum);
    }

    /// <summary>The root of a rising function between 0 and 1.</summary>
    private static double Solve(Func<double, double> rising)
    {
        double low = 0, high = 1;
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = rising(middle) < 0 ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }
}
