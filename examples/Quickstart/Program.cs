using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem;
using Quickstart;
using Spectre.Console;

Arguments arguments;
try
{
    arguments = Arguments.Parse(args);
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

// The digits 0 to 7 are known; 8 and 9 are "never seen": of them the model must say that they are unlike anything it knows.
Digit[] train = Digit.Read("train.csv.gz");
Digit[] test = Digit.Read("test.csv.gz");
Digit[] unseen = Digit.Read("novel.csv.gz");
AnsiConsole.MarkupLineInterpolated(
    $"[bold]Handwritten digits, 8×8.[/] {train.Length} images of 0 to 7 to train on, {test.Length} to test on, and {unseen.Length} images of 8 and 9, which the model never sees in training.");

var mlContext = new MLContext(arguments.Seed);
IDataView trainData = mlContext.Data.LoadFromEnumerable(train);

var clock = Stopwatch.StartNew();
TransformerChain<JemTransformer> model = TrainingDisplay.Run(progress =>
    mlContext.Transforms.Conversion.MapValueToKey("Label")
        .Append(mlContext.MulticlassClassification.Trainers.Jem(new JemTrainer.Options { Progress = progress }))
        .Fit(trainData));
double trainSeconds = clock.Elapsed.TotalSeconds;

Scores known = Scores.Of(mlContext, model, test);
Scores novel = Scores.Of(mlContext, model, unseen);
Results results = Measurement.Of(mlContext, model, test, unseen, trainSeconds);
Report.Print(results, model, test, unseen, mlContext);

Directory.CreateDirectory(arguments.Output);
string zip = Path.Combine(arguments.Output, "model.zip");
string onnx = Path.Combine(arguments.Output, "model.onnx");
mlContext.Model.Save(model, trainData.Schema, zip);
using (FileStream file = File.Create(onnx))
    model.LastTransformer.ExportToOnnx(file);
return 0;
