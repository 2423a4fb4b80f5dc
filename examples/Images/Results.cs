using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem;
using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Files;

namespace Images;

/// <summary>The numbers this program measures, under the names they have in its JSON file.</summary>
internal sealed record Results(
    double Accuracy,
    double LogLoss,
    double EceUncalibrated,
    double Ece,
    double? AurocEnergy,
    double? AurocOodScore,
    double FlaggedKnown,
    double? FlaggedUnseen,
    double? AurocEnergyUnlike,
    double? AurocOodScoreUnlike,
    double? FlaggedUnlike,
    double TrainSeconds)
{
    /// <summary>Images with an OodScore above this are flagged: about 5 % of familiar ones are.</summary>
    public const double Threshold = 0.95;

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    public static Results Measure(MLContext mlContext, JemTransformer model, IDataView known, IDataView? unseen, IDataView? unlike, double trainSeconds)
    {
        MulticlassClassificationCatalog catalog = mlContext.MulticlassClassification;
        CalibrationMetrics calibrated = catalog.EvaluateCalibration(known);
        CalibrationMetrics uncalibrated = catalog.EvaluateCalibration(Uncalibrated(mlContext, model, known));
        OutOfDistributionMetrics? Against(IDataView? others, string column) =>
            others is null ? null : catalog.EvaluateOutOfDistribution(known, others, column, Threshold);
        OutOfDistributionMetrics? oodScore = Against(unseen, "OodScore");
        OutOfDistributionMetrics? unlikeScore = Against(unlike, "OodScore");
        return new Results(
            calibrated.Accuracy,
            calibrated.LogLoss,
            uncalibrated.ExpectedCalibrationError,
            calibrated.ExpectedCalibrationError,
            Against(unseen, "Energy")?.AreaUnderRocCurve,
            oodScore?.AreaUnderRocCurve,
            known.GetColumn<float>("OodScore").Average(score => score > Threshold ? 1.0 : 0),
            oodScore?.DetectionRate,
            Against(unlike, "Energy")?.AreaUnderRocCurve,
            unlikeScore?.AreaUnderRocCurve,
            unlikeScore?.DetectionRate,
            trainSeconds);
    }

    /// <summary>The images as the network scores them before its probabilities are calibrated.</summary>
    public static IDataView Uncalibrated(MLContext mlContext, JemTransformer model, IDataView scored) =>
        model.WithTemperature(1).Transform(mlContext.Transforms.SelectColumns("Label", "Features").Fit(scored).Transform(scored));

    public void Write(string path) => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, Format));
}
