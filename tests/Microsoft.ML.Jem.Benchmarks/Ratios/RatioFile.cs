using System.Text.Json.Nodes;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>The JSON file: a number a key, and under "details" what the numbers were made of and on which machine.</summary>
/// <exception cref="IOException">Nothing can be written there.</exception>
internal sealed class RatioFile(string path)
{
    private readonly JsonFile _file = new(path, "The ratios");

    /// <summary>Writes the file.</summary>
    public void Write(IReadOnlyDictionary<string, RatioResult> results, TimeSpan elapsed)
    {
        var root = new JsonObject();
        var details = new JsonObject { ["machine"] = Machine.Describe(), ["elapsedSeconds"] = Math.Round(elapsed.TotalSeconds, 1) };
        foreach ((string key, RatioResult result) in results)
        {
            root[key] = result.Ratio;
            details[key] = new JsonObject(result.Details.Select(figure => KeyValuePair.Create(figure.Key, (JsonNode?)JsonValue.Create(figure.Value))));
        }

        root["details"] = details;
        _file.Write(root);
    }
}
