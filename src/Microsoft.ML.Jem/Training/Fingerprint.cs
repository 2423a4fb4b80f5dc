using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>
/// All that a training's result depends on, by name: the versions, the options, the seed, the device, and hashes of the rows. Two
/// trainings with the same fingerprint end at the same weights; where fingerprints differ, they say in what.
/// </summary>
internal sealed class Fingerprint
{
    /// <summary>Options that do not enter the model; the seed enters as the number it has become.</summary>
    private static readonly string[] LeftOut =
    [
        nameof(JemTrainingOptions.CancellationToken), nameof(JemTrainingOptions.Progress), nameof(JemTrainingOptions.Seed),
        nameof(JemTrainingOptions.CheckpointPath), nameof(JemTrainingOptions.CheckpointInterval), nameof(JemTrainingOptions.ReportedSamples),
    ];

    private readonly SortedDictionary<string, string> _entries;

    private Fingerprint(SortedDictionary<string, string> entries) => _entries = entries;

    /// <summary>The fingerprint as JSON.</summary>
    public string Text => JsonSerializer.Serialize(_entries);

    /// <summary>Takes the fingerprint of a training.</summary>
    public static Fingerprint Of(JemTrainingOptions options, TrainingRows rows, TrainingRows? validation, int seed, Device device)
    {
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["version of Microsoft.ML.Jem"] = $"{typeof(Fingerprint).Assembly.GetName().Version}",
            ["version of libtorch"] = __version__,
            ["device"] = device.type.ToString(),
            ["seed (Options.Seed, or else that of MLContext)"] = seed.ToString(CultureInfo.InvariantCulture),
        };
        foreach (PropertyInfo option in typeof(JemTrainingOptions).GetProperties().Where(option => !LeftOut.Contains(option.Name)))
            entries[option.Name] = Describe(option.GetValue(options));
        AddRows(entries, "training", rows);
        AddRows(entries, "validation", validation);
        return new Fingerprint(entries);
    }

    /// <summary>A clause for each difference from a fingerprint that was written as <see cref="Text"/>.</summary>
    public IReadOnlyList<string> DifferencesFrom(string text)
    {
        SortedDictionary<string, string> other = JsonSerializer.Deserialize<SortedDictionary<string, string>>(text) ?? [];
        return
        [
            .. _entries.Keys.Union(other.Keys)
                .Select(name => (Name: name, Was: other.GetValueOrDefault(name, "unknown"), Is: _entries.GetValueOrDefault(name, "unknown")))
                .Where(entry => entry.Was != entry.Is)
                .Select(entry => $"{entry.Name} was {entry.Was} and is {entry.Is}"),
        ];
    }

    private static void AddRows(SortedDictionary<string, string> entries, string kind, TrainingRows? rows)
    {
        entries[$"number of {kind} rows"] = rows is null ? "none" : $"{rows.Count} of {rows.Features.Width} features and {rows.ClassCount} classes";
        entries[$"hash of the {kind} features"] = rows is null ? "none" : Hash(rows.Features);
        entries[$"hash of the {kind} labels"] = rows is null ? "none" : Hash(rows.Labels);
        entries[$"hash of the {kind} weights"] = rows?.Weights is { } weights ? Hash(weights) : "none";
    }

    private static string Hash(FeatureMatrix features)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var row = new float[features.Width];
        for (int i = 0; i < features.RowCount; i++)
        {
            features.CopyRow(i, row);
            hash.AppendData(MemoryMarshal.AsBytes<float>(row));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Hash<T>(T[] values)
        where T : unmanaged => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<T>(values)));

    /// <summary>A value as text: an object of this library, and a network of the user's own, with all its public properties.</summary>
    private static string Describe(object? value) => value switch
    {
        null => "null",
        string text => text,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Describe))}]",
        _ when value is JemNetwork || value.GetType().Assembly == typeof(Fingerprint).Assembly =>
            $"{value.GetType().FullName} {{ {string.Join(", ", value.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0).Select(property => $"{property.Name} = {Describe(property.GetValue(value))}"))} }}",
        _ => value.ToString() ?? "",
    };
}
