using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf.Collections;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>The metadata entries of a model file.</summary>
internal static class JemMetadata
{
    public const string FormatVersion = "jem.format_version";
    public const string ClassNames = "jem.class_names";
    public const string FeatureNames = "jem.feature_names";
    public const string FeatureLimit = "jem.feature_limit";
    public const string Temperature = "jem.temperature";
    public const string CalibrationRows = "jem.calibration_rows";
    public const string TableSize = "jem.table_size";
    public const string UnfamiliarShare = "jem.unfamiliar_share";
    public const string Members = "jem.members";
    public const string Statistics = "jem.ood_statistics";
    public const string Sampler = "jem.sampler";
    public const string Columns = "jem.columns";
    public const string Checksum = "jem.checksum";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether the entry belongs to the format, not to the caller.</summary>
    public static bool IsReserved(string key) =>
        key is FormatVersion or ClassNames or FeatureNames or FeatureLimit or Temperature or CalibrationRows or TableSize or UnfamiliarShare or Members or Statistics or Columns or Checksum;

    public static void Write(OnnxGraph graph, int formatVersion, JemModelSettings settings)
    {
        graph.AddMetadata(FormatVersion, formatVersion.ToString(CultureInfo.InvariantCulture));
        graph.AddMetadata(ClassNames, JsonSerializer.Serialize(settings.ClassNames, Readable));
        graph.AddMetadata(FeatureNames, JsonSerializer.Serialize(settings.FeatureNames, Readable));
        graph.AddMetadata(FeatureLimit, settings.Standardization.Limit.ToString("R", CultureInfo.InvariantCulture));
        graph.AddMetadata(Temperature, settings.Temperature.ToString("R", CultureInfo.InvariantCulture));
        graph.AddMetadata(CalibrationRows, settings.CalibrationRowCount.ToString(CultureInfo.InvariantCulture));
        graph.AddMetadata(TableSize, settings.TableSize.ToString(CultureInfo.InvariantCulture));
        graph.AddMetadata(UnfamiliarShare, settings.UnfamiliarShare.ToString("R", CultureInfo.InvariantCulture));
        graph.AddMetadata(Members, settings.Members.Count.ToString(CultureInfo.InvariantCulture));
        graph.AddMetadata(Statistics, JsonSerializer.Serialize(settings.Members[0].Witnesses.Select(witness => witness.Kind.Name), Readable));
        foreach ((string key, string value) in settings.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (IsReserved(key))
                throw new ArgumentException($"The metadata '{key}' is written by the model itself; choose another key.", nameof(settings));
            graph.AddMetadata(key, value);
        }
    }

    /// <summary>Changes the temperature of a model that has one.</summary>
    public static void SetTemperature(RepeatedField<StringStringEntryProto> entries, float temperature) =>
        entries.Single(entry => entry.Key == Temperature).Value = temperature.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Stores the names that the columns have in a pipeline.</summary>
    public static void SetColumns(RepeatedField<StringStringEntryProto> entries, IReadOnlyDictionary<string, string> columns) =>
        Set(entries, Columns, JsonSerializer.Serialize(columns, Readable));

    /// <summary>Removes an entry, if there is one of that key.</summary>
    public static void Remove(RepeatedField<StringStringEntryProto> entries, string key)
    {
        if (entries.FirstOrDefault(entry => entry.Key == key) is { } existing)
            entries.Remove(existing);
    }

    /// <summary>Adds an entry, or replaces it where there is one of that key.</summary>
    public static void Set(RepeatedField<StringStringEntryProto> entries, string key, string value)
    {
        if (entries.FirstOrDefault(entry => entry.Key == key) is { } existing)
            existing.Value = value;
        else
            entries.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    /// <summary>The names that the columns had in the pipeline the file came from; null where the file does not say.</summary>
    /// <exception cref="InvalidDataException">The entry is damaged.</exception>
    public static IReadOnlyDictionary<string, string>? ColumnsOf(Dictionary<string, string> metadata) => metadata.TryGetValue(Columns, out string? text)
        ? Parse<Dictionary<string, string>>(text, out JsonException? cause) ?? throw new InvalidDataException($"The model is damaged: its metadata '{Columns}' names no columns.", cause)
        : null;

    /// <summary>The entries by key.</summary>
    /// <exception cref="InvalidDataException">A key occurs twice.</exception>
    public static Dictionary<string, string> ToDictionary(RepeatedField<StringStringEntryProto> entries)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (StringStringEntryProto entry in entries)
        {
            if (!metadata.TryAdd(entry.Key, entry.Value))
                throw new InvalidDataException($"The model is damaged: its metadata holds '{entry.Key}' twice.");
        }

        return metadata;
    }

    public static float Number(Dictionary<string, string> metadata, string key) =>
        float.TryParse(Text(metadata, key), NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
            ? value
            : throw new InvalidDataException($"The model is damaged: its metadata '{key}' is no number.");

    public static int Integer(Dictionary<string, string> metadata, string key) =>
        int.TryParse(Text(metadata, key), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new InvalidDataException($"The model is damaged: its metadata '{key}' is no whole number.");

    public static string[] Names(Dictionary<string, string> metadata, string key)
    {
        string[]? names = Parse<string[]>(Text(metadata, key), out JsonException? cause);
        return names is not null && Array.TrueForAll(names, name => name is not null)
            ? names
            : throw new InvalidDataException($"The model is damaged: its metadata '{key}' is no JSON list of names.", cause);
    }

    /// <summary>Null where the text is not what it should be; <paramref name="cause"/> says why where it is no JSON at all.</summary>
    private static T? Parse<T>(string text, out JsonException? cause)
        where T : class
    {
        cause = null;
        try
        {
            return JsonSerializer.Deserialize<T>(text);
        }
        catch (JsonException exception)
        {
            cause = exception;
            return null;
        }
    }

    private static string Text(Dictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out string? text) ? text : throw new InvalidDataException($"The model is damaged: its metadata lacks '{key}'.");
}
