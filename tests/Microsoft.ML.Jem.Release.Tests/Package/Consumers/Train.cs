using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem;

// Trains on three small clouds, saves the model, and prints what it says of six rows.
var random = new Random(1);
Row[] rows = [.. Enumerable.Range(0, 180).Select(i => new Row
{
    Label = "abc"[i % 3].ToString(),
    Features = [4 * (i % 3) + random.NextSingle(), random.NextSingle(), random.NextSingle()],
})];
var mlContext = new MLContext(seed: 1);
IDataView data = mlContext.Data.LoadFromEnumerable(rows);
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(mlContext.MulticlassClassification.Trainers.Jem(new JemTrainer.Options { NumberOfEpochs = 3 }));
ITransformer model = pipeline.Fit(data);
mlContext.Model.Save(model, data.Schema, args[0]);

foreach (Prediction row in mlContext.Data.CreateEnumerable<Prediction>(
    model.Transform(mlContext.Data.LoadFromEnumerable(rows[..6])), reuseRowObject: false))
    Console.WriteLine(FormattableString.Invariant($"row {row.PredictedLabel} {row.Score.Max():F4} {row.Energy:F4} {row.OodScore:F4}"));

public class Row
{
    public string Label { get; set; } = "";

    [VectorType(3)]
    public float[] Features { get; set; } = [];
}

public class Prediction
{
    public uint PredictedLabel { get; set; }

    public float[] Score { get; set; } = [];

    public float Energy { get; set; }

    public float OodScore { get; set; }
}
