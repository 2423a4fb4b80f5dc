using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>The JSON file: a number a key, and under "details" what the numbers were made of and on which machine.</summary>
internal sealed class RatioFile
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    private readonly string _path;
    private readonly string _beside;

    /// <exception cref="IOException">Nothing can be written there.</exception>
    public RatioFile(string path)
    {
        _path = Path.GetFullPath(path);
        _beside = $"{_path}.{Environment.ProcessId}.tmp";
        try
        {
            if (Directory.Exists(_path))
                throw new IOException("It is a directory.");

            // Before minutes of measuring, not after them.
            using (File.Create(_beside))
            {
            }

            File.Delete(_beside);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The ratios cannot be written to '{path}': {exception.Message} Give a file in a directory that exists and can be written to.", exception);
        }
    }

    /// <summary>Writes beside the file and renames, so that there is never half a file.</summary>
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
        try
        {
            File.WriteAllText(_beside, root.ToJsonString(Readable) + "\n");
            File.Move(_beside, _path, overwrite: true);
        }
        finally
        {
            File.Delete(_beside);
        }
    }
}
