using System.Text.Json;

namespace Quickstart;

/// <summary>The numbers this program measures, under the names they have in its JSON file.</summary>
internal sealed record Results(
    double Accuracy,
    double LogLoss,
    double EceUncalibrated,
    double Ece,
    double AurocEnergy,
    double AurocOodScore,
    double FlaggedKnown,
    double FlaggedUnseen,
    double TrainSeconds)
{
    private static readonly JsonSerializerOptions Format =
        new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public void Write(string path)
    {
        string beside = path + ".new";
        File.WriteAllText(beside, JsonSerializer.Serialize(this, Format));
        File.Move(beside, path, overwrite: true);
    }
}
