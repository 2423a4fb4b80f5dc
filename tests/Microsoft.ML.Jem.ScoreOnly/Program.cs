using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

// Usage: ScoreOnly model.zip "1,2,3,4" ["5,6,7,8" …]
// Prints a line for each row: predicted label, energy, OOD score and probabilities, as round-trip numbers.
var context = new MLContext();
ITransformer model = context.Model.Load(args[0], out _);
float[][] rows = [.. args.Skip(1).Select(row => row.Split(',').Select(value => float.Parse(value, CultureInfo.InvariantCulture)).ToArray())];

var definition = SchemaDefinition.Create(typeof(Row));
definition[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Length);
IDataView scored = model.Transform(context.Data.LoadFromEnumerable(rows.Select(row => new Row { Features = row }), definition));
foreach (Prediction row in context.Data.CreateEnumerable<Prediction>(scored, reuseRowObject: false, ignoreMissingColumns: true))
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.PredictedLabel} {row.Energy:R} {row.OodScore:R} {string.Join(' ', row.Score)}"));

if (AppDomain.CurrentDomain.GetAssemblies().Any(assembly => assembly.GetName().Name == "TorchSharp"))
    throw new InvalidOperationException("Scoring loaded TorchSharp.");

internal sealed class Row
{
    public string Label { get; set; } = "";

    public float[] Features { get; set; } = [];
}

internal sealed class Prediction
{
    public uint PredictedLabel { get; set; }

    public float[] Score { get; set; } = [];

    public float Energy { get; set; }

    public float OodScore { get; set; }
}
