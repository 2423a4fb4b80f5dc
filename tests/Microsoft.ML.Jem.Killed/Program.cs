using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Training;

// Usage: Killed model.onnx [checkpoint directory]
// Trains on rows it makes up, always the same ones, prints a line after each epoch and goes on when it reads one, so that it can be
// killed in between however busy the machine is. Once its input ends, it goes on by itself.
var random = new Random(7);
Row[] rows =
[
    .. Enumerable.Range(0, 400).Select(i => new Row
    {
        Label = i % 10 == 9 ? "" : $"{i % 3}",
        Features = [.. Enumerable.Range(0, 6).Select(j => (2f * (j == i % 3 ? 1 : 0)) + random.NextSingle() + random.NextSingle())],
        Weight = 1 + (i % 2),
    }),
];

var context = new MLContext(seed: 3);
IDataView data = context.Data.LoadFromEnumerable(rows);
IDataView classes = context.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(k => new Class { Label = $"{k}" }));
ITransformer toKey = context.Transforms.Conversion.MapValueToKey("Label", keyData: classes).Fit(data);
JemTransformer model = context.MulticlassClassification.Trainers.Jem(new JemTrainer.Options
{
    Network = new MultilayerPerceptron(32, 32),
    NumberOfEpochs = 30,
    NumberOfMembers = 3,
    ExampleWeightColumnName = nameof(Row.Weight),
    CheckpointPath = args.Length > 1 ? args[1] : null,
    CheckpointInterval = TimeSpan.Zero,
    Progress = new Lines(),
}).Fit(toKey.Transform(data));
using FileStream file = File.Create(args[0]);
model.ExportToOnnx(file);

internal sealed class Class
{
    public string Label { get; set; } = "";
}

internal sealed class Row
{
    /// <summary>Empty where the row has no label.</summary>
    public string Label { get; set; } = "";

    [VectorType(6)]
    public float[] Features { get; set; } = [];

    public float Weight { get; set; }
}

internal sealed class Lines : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        Console.WriteLine($"{value.Epoch}/{value.Epochs}");
        Console.ReadLine();
    }
}
