using System.Globalization;

namespace Microsoft.ML.Jem.Benchmarks.Large;

/// <summary>The size of a synthetic set.</summary>
/// <param name="Rows">Training rows.</param>
/// <param name="Features">Features of each row.</param>
internal sealed record LargeShape(int Rows, int Features)
{
    /// <summary>Reads rows x features.</summary>
    /// <exception cref="ArgumentException">The text is something else, or too small.</exception>
    public static LargeShape Parse(string text) =>
        Array.ConvertAll(text.Split('x'), part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)
            is [>= 100 and var rows, >= LargeRows.LeastFeatures and var features] && (long)rows * features <= Array.MaxLength
            ? new LargeShape(rows, features)
            : throw new ArgumentException($"'{text}' is no set: expected rows x features, such as 100000x100, with at least 100 rows and {LargeRows.LeastFeatures} features.");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows}x{Features}");
}
