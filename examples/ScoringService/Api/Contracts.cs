using System.ComponentModel;

namespace ScoringService.Api;

/// <summary>What <c>POST /predict</c> takes: one row as <c>features</c> or many as <c>rows</c>.</summary>
public sealed class PredictRequest
{
    [Description("One row: as many numbers as the model has features.")]
    public float[]? Features { get; set; }

    [Description("Many rows, each of as many numbers as the model has features.")]
    public float[]?[]? Rows { get; set; }
}

/// <summary>What <c>POST /predict</c> answers.</summary>
public sealed record PredictResponse(
    [property: Description("Which model answered: a hash of its file.")] string Model,
    [property: Description("One answer a row, in the order of the request.")] IReadOnlyList<RowPrediction> Predictions);

/// <summary>What the model says of a row.</summary>
public sealed record RowPrediction(
    [property: Description("The most probable class.")] string Label,
    [property: Description("The calibrated probability of each class, in the order of the model's classes.")] float[] Probabilities,
    [property: Description("Higher = less like the training data.")] float Energy,
    [property: Description("1 − conformal p-value of the row, in [0, 1).")] float OodScore,
    [property: Description("Whether oodScore exceeds the threshold: do not trust the label.")] bool IsUnfamiliar);

/// <summary>What <c>GET /model</c> answers.</summary>
public sealed record ModelResponse(
    [property: Description("A hash of the model file.")] string Model,
    DateTimeOffset LoadedAt,
    IReadOnlyList<string> Classes,
    int Features,
    double Temperature,
    [property: Description("Rows behind the temperature and oodScore; oodScore is a multiple of 1/(this + 1).")] int CalibrationRows,
    double UnfamiliarThreshold);

/// <summary>What <c>GET /drift</c> answers.</summary>
public sealed record DriftResponse(
    [property: Description("Rows scored by the model that is loaded now.")] long Rows,
    [property: Description("Share of them that was unfamiliar.")] double UnfamiliarRate,
    double MeanEnergy,
    [property: Description("Shiryaev–Roberts statistic; an alarm is raised where it reaches rowsPerFalseAlarm.")] double Statistic,
    [property: Description("Without a change, an alarm comes after this many rows or more, in the mean.")] double RowsPerFalseAlarm,
    [property: Description("Whether rows are no longer like the training data.")] bool IsAlarm,
    long? AlarmRow);
