using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>What the JSON file holds.</summary>
/// <param name="Machine">What the figures were measured on.</param>
/// <param name="Options">Options of our trainer that were not left at their defaults.</param>
/// <param name="LightGbmFrom">The earlier file that LightGbm's figures come from, or null where it was trained in turns with ours.</param>
/// <param name="Rows">The figures of each set and seed.</param>
/// <param name="Sets">The figures of each set.</param>
/// <param name="Summary">The figures over all sets.</param>
internal sealed record FitReport(JsonNode Machine, string[] Options, string? LightGbmFrom, FitRow[] Rows, FitSet[] Sets, FitSummary Summary)
{
    /// <summary>Reads a report.</summary>
    /// <exception cref="IOException">There is none, or it cannot be read.</exception>
    public static FitReport Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<FitReport>(File.ReadAllText(path), JsonFile.Format) is { Rows: not null } report
                ? report
                : throw new JsonException("It has no rows.");
        }
        catch (Exception exception) when (exception is JsonException or UnauthorizedAccessException or IOException)
        {
            throw new IOException($"LightGbm's figures cannot be read from '{path}': {exception.Message}", exception);
        }
    }
}
