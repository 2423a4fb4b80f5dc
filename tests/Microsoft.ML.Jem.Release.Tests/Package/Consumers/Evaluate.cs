using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Evaluation;

// Scores three small clouds with a trainer of ML.NET, and prints metrics that ML.NET does not have.
var random = new Random(1);
var mlContext = new MLContext(seed: 1);
IDataView data = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 180).Select(i => new Row
{
    Label = "abc"[i % 3].ToString(),
    Features = [4 * (i % 3) + random.NextSingle(), random.NextSingle(), random.NextSingle()],
}).ToArray());
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy());
IDataView scored = pipeline.Fit(data).Transform(data);

CalibrationMetrics calibration = mlContext.MulticlassClassification.EvaluateCalibration(scored);
CalibrationTest test = mlContext.MulticlassClassification.TestCalibration(scored);
SelectiveMetrics selective = mlContext.MulticlassClassification.EvaluateSelective(scored);
PredictionSetMetrics sets = mlContext.MulticlassClassification.EvaluatePredictionSets(scored, scored);
OodScoreDrift drift = OodScoreDrift.ForScores([0.1, 0.2, 0.3]);
drift.Add(0.25);
Console.WriteLine(FormattableString.Invariant($"row {calibration.Accuracy:F2} {selective.ErrorRate:F2} {sets.RowCount} {drift.RowCount} {test.PValue > 0}"));

public class Row
{
    public string Label { get; set; } = "";

    [VectorType(3)]
    public float[] Features { get; set; } = [];
}
