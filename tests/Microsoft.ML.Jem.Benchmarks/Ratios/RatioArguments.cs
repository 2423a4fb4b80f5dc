namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>Which ratios are measured, and where they go.</summary>
/// <param name="Path">The JSON file to write.</param>
/// <param name="Keys">The ratios to measure.</param>
internal sealed record RatioArguments(string Path, IReadOnlyList<string> Keys)
{
    public const string Output = "--ratios";
    public const string Key = "--only";

    public const string Usage =
        """
        Measures the ratios of docs/performance.md, each side by side in this run, and writes them as JSON.

          --ratios PATH   the file to write
          --only KEY      this ratio alone
        """;

    /// <exception cref="ArgumentException">An argument is unknown, or lacks its value.</exception>
    public static RatioArguments Parse(string[] arguments)
    {
        string? path = null, only = null;
        for (int i = 0; i < arguments.Length; i++)
        {
            string Value() => ++i < arguments.Length && !arguments[i].StartsWith("--", StringComparison.Ordinal)
                ? arguments[i]
                : throw new ArgumentException($"{arguments[i - 1]} needs a value.");
            switch (arguments[i])
            {
                case Output:
                    path = Value();
                    break;
                case Key:
                    only = Value();
                    break;
                default:
                    throw new ArgumentException($"Unknown argument '{arguments[i]}'. Expected {Output} and {Key}, which do not mix with BenchmarkDotNet's.");
            }
        }

        if (string.IsNullOrWhiteSpace(path))
            throw new ArgumentException($"{Output} PATH is missing: where should the ratios go?");
        string[] all = [.. RatioKeys.All.Select(goal => goal.Key)];
        if (only is not null && !all.Contains(only))
            throw new ArgumentException($"There is no ratio '{only}': expected {string.Join(", ", all)}.");
        return new RatioArguments(path, only is null ? all : [only]);
    }
}
