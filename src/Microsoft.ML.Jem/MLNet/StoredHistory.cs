using System.Text.Json;
using Microsoft.ML.Jem.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Writes a training history into a model file, so that a loaded model can still show how it was trained.</summary>
internal static class StoredHistory
{
    public static byte[] Save(IEnumerable<TrainingProgress> history) => TrainingHistory.ToJson(history);

    /// <exception cref="FormatException">The bytes are not what <see cref="Save"/> wrote.</exception>
    public static TrainingProgress[] Load(IHost host, byte[] bytes)
    {
        try
        {
            return TrainingHistory.FromJson(bytes);
        }
        catch (JsonException exception)
        {
            throw host.ExceptDecode(exception, "The model file is damaged: its training history cannot be read. Save the model again.");
        }
    }
}
