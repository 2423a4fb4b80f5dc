using System.Text.Json.Nodes;

namespace Microsoft.ML.Jem.Benchmarks.Large;

/// <summary>What the JSON file holds.</summary>
/// <param name="Machine">What the figures were measured on.</param>
/// <param name="Options">Options of our trainer that were not left at their defaults.</param>
/// <param name="Rows">The figures of each set.</param>
internal sealed record LargeReport(JsonNode Machine, string[] Options, LargeFigures[] Rows);
