using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>The names of the four columns a Jem model adds.</summary>
internal sealed record ScoreColumnNames(string PredictedLabel, string Score, string Energy, string OodScore)
{
    public const string DefaultEnergy = "Energy";
    public const string DefaultOodScore = "OodScore";

    public static readonly ScoreColumnNames Default =
        new(DefaultColumnNames.PredictedLabel, DefaultColumnNames.Score, DefaultEnergy, DefaultOodScore);
}
