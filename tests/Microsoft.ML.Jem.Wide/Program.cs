using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem;

// Usage: Wide rows columns
// Trains with default options but for one epoch of one Langevin step (more of them take time, not memory), and prints the most memory
// the process ever held, in bytes.
(int rows, int columns) = (int.Parse(args[0]), int.Parse(args[1]));
var context = new MLContext(seed: 1);
SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, columns);
IDataView data = context.Data.LoadFromEnumerable(Rows(rows, columns), schema);
using TransformerChain<JemTransformer> model = context.Transforms.Conversion.MapValueToKey("Label")
    .Append(context.MulticlassClassification.Trainers.Jem(new JemTrainer.Options { NumberOfEpochs = 1, SamplerSteps = 1, Progress = new Lines() }))
    .Fit(data);
Console.WriteLine(FormattableString.Invariant($"features {model.LastTransformer.Model.NumberOfFeatures}, members {model.LastTransformer.Model.NumberOfMembers}"));
Console.WriteLine(Process.GetCurrentProcess().PeakWorkingSet64);

// As texts are: some fifty words each, a tenth of them those of the class.
static IEnumerable<Row> Rows(int rows, int columns)
{
    var random = new Random(1);
    for (int i = 0; i < rows; i++)
    {
        int k = i % 3;
        var words = new SortedDictionary<int, float>();
        for (int word = 0; word < 50; word++)
            words[word < 5 ? (100 * k) + random.Next(100) : random.Next(columns)] = random.NextSingle();
        yield return new Row { Label = $"{k}", Features = new VBuffer<float>(columns, words.Count, [.. words.Values], [.. words.Keys]) };
    }
}

internal sealed class Row
{
    public string Label { get; set; } = "";

    public VBuffer<float> Features { get; set; }
}

internal sealed class Lines : IProgress<Microsoft.ML.Jem.Training.TrainingProgress>
{
    public void Report(Microsoft.ML.Jem.Training.TrainingProgress value) =>
        Console.WriteLine(FormattableString.Invariant($"{value.Epoch}/{value.Epochs} after {value.Elapsed.TotalSeconds:F0} s: {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB"));
}
