using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Jem.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Writes a training history as JSON, so that a loaded model can still show how it was trained.</summary>
internal static class StoredHistory
{
    private static readonly JsonSerializerOptions Format = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static byte[] Save(IEnumerable<TrainingProgress> history) => JsonSerializer.SerializeToUtf8Bytes(history, Format);

    /// <exception cref="FormatException">The bytes are not what <see cref="Save"/> wrote.</exception>
    public static TrainingProgress[] Load(IHost host, byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingProgress[]>(bytes, Format) ?? [];
        }
        catch (JsonException exception)
        {
            throw host.ExceptDecode(exception, "The model file is damaged: its training history cannot be read. Save the model again.");
        }
    }
}
