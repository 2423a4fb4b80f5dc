using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Reporting.Html;

namespace Microsoft.ML.Jem.Reporting;

/// <summary>What goes into a <see cref="JemReport"/> beside the scored rows. All of it is optional; a part without data is left out.</summary>
public sealed class JemReportOptions
{
    /// <summary>The report's title. The default value is <c>"Model report"</c>.</summary>
    public string Title { get; set; } = "Model report";

    /// <summary>A sentence or two on the data and the model, below the title. The default value is empty.</summary>
    public string Description { get; set; } = "";

    /// <summary>The same rows scored without calibration, to show what it changed. The default value is null.</summary>
    public IDataView? Uncalibrated { get; set; }

    /// <summary>Scored rows unlike the training data, such as classes never seen. The default value is null.</summary>
    public IDataView? Unseen { get; set; }

    /// <summary>Name of the label column, a key or the text, number or Boolean it was made of; it may be absent from the data. The default value is <c>"Label"</c>.</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>Name of the column of class probabilities. The default value is <c>"Score"</c>.</summary>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>Name of the energy column; models without one show 1 − highest probability. The default value is <c>"Energy"</c>.</summary>
    public string EnergyColumnName { get; set; } = "Energy";

    /// <summary>Name of the out-of-distribution score column; it may be absent. The default value is <c>"OodScore"</c>.</summary>
    public string OodScoreColumnName { get; set; } = "OodScore";

    /// <summary>Rows with an out-of-distribution score above it raise an alarm; 0 to 1. The default value is 0.95.</summary>
    public double Threshold { get; set; } = 0.95;

    /// <summary>Number of bins of the reliability diagram and the calibration errors; at least 1. The default value is 15.</summary>
    public int NumberOfBins { get; set; } = 15;

    /// <summary>How training went, epoch by epoch. The default value is none.</summary>
    public IReadOnlyList<TrainingEpoch> Training { get; set; } = [];

    /// <summary>What <c>EvaluateRobustness</c> measured. The default value is null.</summary>
    public RobustnessMetrics? Robustness { get; set; }

    /// <summary>Pictures, such as samples of an image model and its most and least likely rows. The default value is none.</summary>
    public IReadOnlyList<ImageGallery> Images { get; set; } = [];

    internal void Validate()
    {
        List<string> mistakes = [];
        if (!(Threshold is >= 0 and <= 1))
            mistakes.Add($"{nameof(Threshold)} is {Threshold}: expected 0 to 1.");
        if (NumberOfBins < 1)
            mistakes.Add($"{nameof(NumberOfBins)} is {NumberOfBins}: expected at least 1.");
        foreach ((string option, object? value) in new (string, object?)[]
        {
            (nameof(Title), Title), (nameof(Description), Description), (nameof(LabelColumnName), LabelColumnName), (nameof(ScoreColumnName), ScoreColumnName),
            (nameof(EnergyColumnName), EnergyColumnName), (nameof(OodScoreColumnName), OodScoreColumnName), (nameof(Training), Training), (nameof(Images), Images),
        })
        {
            if (value is null)
                mistakes.Add($"{option} is null: leave it at its default where there is nothing to say.");
        }

        if (mistakes.Count > 0)
            throw new ArgumentException("The options of the report are invalid:\n- " + string.Join("\n- ", mistakes));
    }
}
