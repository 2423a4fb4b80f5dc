using System.Text.Json;

namespace Microsoft.ML.Jem.Quality;

/// <summary>All figures taken so far, one line of JSON each: a run that was stopped goes on where it was.</summary>
internal sealed class Measurements
{
    private readonly string _path;
    private readonly List<Measurement> _all = [];

    /// <summary>Reads what the file holds; it need not exist.</summary>
    public Measurements(string path)
    {
        _path = path;
        if (File.Exists(path))
            _all.AddRange(File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Measurement>(line)!));
    }

    /// <summary>The figures.</summary>
    public IReadOnlyList<Measurement> All => _all;

    /// <summary>Whether this training has been measured.</summary>
    public bool Contains(string set, string variant, int seed) => _all.Any(m => m.Set == set && m.Variant == variant && m.Seed == seed);

    /// <summary>Adds figures, and writes them down at once.</summary>
    public void Add(Measurement measurement)
    {
        _all.Add(measurement);
        File.AppendAllText(_path, JsonSerializer.Serialize(measurement) + Environment.NewLine);
    }
}
