using Microsoft.ML.Data;

namespace Quickstart;

/// <summary>What the model says of a digit.</summary>
public sealed class Prediction
{
    [ColumnName("LabelName")]
    public string Label { get; set; } = "";

    [ColumnName("PredictedName")]
    public string Predicted { get; set; } = "";

    public float[] Score { get; set; } = [];

    public float Energy { get; set; }

    public float OodScore { get; set; }
}
