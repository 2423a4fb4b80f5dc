using Microsoft.ML;
using Microsoft.ML.Data;

// Loads the model that the other program saved, and prints what it says of the same six rows.
var random = new Random(1);
Row[] rows = [.. Enumerable.Range(0, 6).Select(i => new Row
{
    Features = [4 * (i % 3) + random.NextSingle(), random.NextSingle(), random.NextSingle()],
})];
var mlContext = new MLContext();
ITransformer model = mlContext.Model.Load(args[0], out _);
foreach (Prediction row in mlContext.Data.CreateEnumerable<Prediction>(
    model.Transform(mlContext.Data.LoadFromEnumerable(rows)), reuseRowObject: false))
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
