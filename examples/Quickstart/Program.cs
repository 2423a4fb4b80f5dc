using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem;
using Quickstart;
using Shared;
using Spectre.Console;

var arguments = new Arguments(args);
if (arguments.Answer() is { } exitCode)
    return exitCode;

// The digits 0 to 7 are known; 8 and 9 are never seen, and the model must say that they are unlike anything it knows.
Digit[] train = Digit.Read("train.csv.gz");
Digit[] test = Digit.Read("test.csv.gz");
Digit[] unseen = Digit.Read("novel.csv.gz");
AnsiConsole.MarkupLineInterpolated(
    $"[bold]Handwritten digits.[/] Training on {train.Length} images of 0 to 7. Kept back: {test.Length} more of them, and {unseen.Length} images of 8 and 9, which the model never sees.");

var mlContext = WarningLog.CreateContext(arguments.Seed);
IDataView trainData = mlContext.Data.LoadFromEnumerable(train);

Directory.CreateDirectory(arguments.Output);
var clock = Stopwatch.StartNew();
TransformerChain<JemTransformer> model = TrainingDisplay.Run(progress =>
    mlContext.Transforms.Conversion.MapValueToKey("Label")
        .Append(mlContext.MulticlassClassification.Trainers.Jem(new JemTrainer.Options { Progress = progress, NumberOfMembers = arguments.Members }))
        .Fit(trainData));
clock.Stop();

// Saved before anything else is done with it: what was trained must not be lost.
string zip = Path.Combine(arguments.Output, "model.zip");
mlContext.Model.SaveVerified(model, trainData.Schema, zip);

IDataView known = model.Transform(mlContext.Data.LoadFromEnumerable(test));
IDataView novel = model.Transform(mlContext.Data.LoadFromEnumerable(unseen));
Results results = Results.Measure(mlContext, model.LastTransformer, known, novel, clock.Elapsed.TotalSeconds);
if (arguments.JsonPath is { } path)
    results.Write(path);
Display.Print(results);
Display.Print(mlContext, known, novel);

string onnx = Path.Combine(arguments.Output, "model.onnx");
using (FileStream file = File.Create(onnx))
    model.LastTransformer.ExportToOnnx(file);
string report = Path.Combine(arguments.Output, "report.html");
Report.Create(mlContext, model.LastTransformer, known, novel).Save(report);
AnsiConsole.MarkupLineInterpolated($"For ML.NET: [blue]{zip}[/]. For any ONNX runtime: [blue]{onnx}[/]. To look at: [blue]{report}[/].");
return 0;
