using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Jem;
using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Files;

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
    /// <summary>Rows with an OodScore above this are flagged: at most 5 % of familiar rows are.</summary>
    public const double Threshold = 0.95;

    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public static Results Measure(MLContext mlContext, JemTransformer model, IDataView known, IDataView unseen, double trainSeconds)
    {
        MulticlassClassificationCatalog catalog = mlContext.MulticlassClassification;
        CalibrationMetrics calibrated = catalog.EvaluateCalibration(known);
        CalibrationMetrics uncalibrated = catalog.EvaluateCalibration(Uncalibrated(mlContext, model, known));
        OutOfDistributionMetrics energy = catalog.EvaluateOutOfDistribution(known, unseen, "Energy");
        OutOfDistributionMetrics oodScore = catalog.EvaluateOutOfDistribution(known, unseen, "OodScore", Threshold);
        return new Results(
            calibrated.Accuracy,
            calibrated.LogLoss,
            uncalibrated.ExpectedCalibrationError,
            calibrated.ExpectedCalibrationError,
            energy.AreaUnderRocCurve,
            oodScore.AreaUnderRocCurve,
            oodScore.FalseAlarmRate,
            oodScore.DetectionRate,
            trainSeconds);
    }

    public void Write(string path) => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, Format));

    /// <summary>The rows as the network scores them before its probabilities are calibrated.</summary>
    public static IDataView Uncalibrated(MLContext mlContext, JemTransformer model, IDataView scored) =>
        model.WithTemperature(1).Transform(mlContext.Transforms.SelectColumns("Label", "Features").Fit(scored).Transform(scored));
}
