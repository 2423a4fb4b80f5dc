namespace ScoringService.Models;

/// <summary>A row to score; the name of its column and the number of features come from the model.</summary>
public sealed class FeatureRow
{
    public float[] Features { get; set; } = [];
}

/// <summary>What the model says of a row.</summary>
public sealed class RowScores
{
    /// <summary>Key of the class: 1 for the first.</summary>
    public uint PredictedLabel { get; set; }

    public float[] Score { get; set; } = [];

    public float Energy { get; set; }

    public float OodScore { get; set; }
}
