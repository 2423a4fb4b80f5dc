using System.Diagnostics;
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

// ML.NET's loader looks at every type of our assembly, and so at the managed TorchSharp.dll; nothing native may follow.
using Process process = Process.GetCurrentProcess();
if (process.Modules.Cast<ProcessModule>().FirstOrDefault(module => module.ModuleName.Contains("torch", StringComparison.OrdinalIgnoreCase)
    && !module.ModuleName.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)) is { } native)
    throw new InvalidOperationException($"Scoring loaded {native.FileName}.");

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
