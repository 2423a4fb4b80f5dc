namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>A ratio as it was measured.</summary>
/// <param name="Ratio">The ratio.</param>
/// <param name="Seen">What it was made of, in a few words.</param>
/// <param name="Details">The figures behind it, by name.</param>
internal sealed record RatioResult(double Ratio, string Seen, Dictionary<string, double> Details);
