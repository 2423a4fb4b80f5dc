using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Jem.Training;

/// <summary>The history of a training as JSON.</summary>
internal static class TrainingHistory
{
    private static readonly JsonSerializerOptions Format = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Writes it, every number so that it is read back exactly.</summary>
    public static byte[] ToJson(IEnumerable<TrainingProgress> history) => JsonSerializer.SerializeToUtf8Bytes(history, Format);

    /// <summary>Reads it.</summary>
    /// <exception cref="JsonException">The bytes are not what <see cref="ToJson"/> wrote.</exception>
    public static TrainingProgress[] FromJson(byte[] bytes) => JsonSerializer.Deserialize<TrainingProgress[]>(bytes, Format) ?? [];
}
