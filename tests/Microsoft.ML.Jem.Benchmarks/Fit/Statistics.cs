namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>Mean, deviation and median of a few numbers, at least one.</summary>
internal static class Statistics
{
    public static double Mean(double[] values) => values.Average();

    /// <summary>The standard deviation of a sample; 0 for one number.</summary>
    public static double Deviation(double[] values)
    {
        double mean = values.Average();
        return values.Length == 1 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }

    public static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
