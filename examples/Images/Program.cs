using System.Diagnostics;
using Images;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Shared;
using Spectre.Console;

var arguments = new Arguments(args);
if (arguments.Answer() is { } exitCode)
    return exitCode;

ImageFolder images;
try
{
    if (arguments.PrepareIdx is { } idx)
    {
        Console.WriteLine($"Wrote {PictureFiles.ConvertIdx(idx, arguments.Data!)} PNG files to {arguments.Data}.");
        return 0;
    }

    Directory.CreateDirectory(arguments.Output);
    string folder = arguments.Data ?? Path.Combine(arguments.Output, "digits");
    if (arguments.Data is null)
        PictureFiles.WriteDigits(folder);
    images = ImageFolder.Read(folder, arguments.Unseen, arguments.Size, arguments.Limit, arguments.Seed);
}
catch (Exception error) when (error is ArgumentException or IOException or InvalidDataException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

ImageShape shape = images.Shape;
string known = string.Join(", ", images.Train.Select(picture => picture.Label).Distinct());
string unseen = string.Join(", ", images.Unseen.Select(picture => picture.Label).Distinct());
string neverSeen = images.Unseen.Length == 0 ? "No class is kept from training." : $"And {images.Unseen.Length} of {unseen}, which training never sees.";
AnsiConsole.WriteLine($"Images of {shape} values. Training on {images.Train.Length} of {known}. Kept back: {images.Test.Length} more of them. {neverSeen}");

var mlContext = WarningLog.CreateContext(arguments.Seed);
IDataView trainData = mlContext.Data.LoadFromEnumerable(images.Train);
var clock = Stopwatch.StartNew();
TransformerChain<JemTransformer> model = TrainingDisplay.Run(progress => ImagePipeline.Create(mlContext, shape, new JemTrainer.Options
{
    Network = new WideResNet(10, 1, shape),
    NumberOfEpochs = arguments.Epochs ?? 25,
    InputNoise = 0.1,
    SamplerSteps = 5,
    SamplerNoise = 0.03,
    ReportedSamples = SampleGrids.Count,
    Progress = new SampleGrids(arguments.Output, shape, progress),
}).Fit(trainData));
clock.Stop();
JemTransformer jem = model.LastTransformer;

// Saved before anything else is done with it: what was trained must not be lost.
string zip = Path.Combine(arguments.Output, "model.zip");
mlContext.Model.SaveVerified(model, trainData.Schema, zip);
AnsiConsole.WriteLine($"Saved: {zip}.");

IDataView test = model.Transform(mlContext.Data.LoadFromEnumerable(images.Test));
IDataView? novel = images.Unseen.Length == 0 ? null : model.Transform(mlContext.Data.LoadFromEnumerable(images.Unseen));
IDataView? unlike = arguments.Unlike is { } other
    ? model.Transform(mlContext.Data.LoadFromEnumerable(ImageFolder.ReadAll(other, arguments.Limit, arguments.Seed)))
    : null;
Results results = Results.Measure(mlContext, jem, test, novel, unlike, clock.Elapsed.TotalSeconds);
if (arguments.JsonPath is { } path)
    results.Write(path);
Display.Print(results, known, unseen);

int zoom = SampleGrids.Zoom(shape);
float[][] samples = Samples.Draw(jem, arguments.Output, zoom, arguments.Seed);

// The test images the model finds most (above) and least likely.
Likelihood likelihood = Likelihood.Of(mlContext, jem, test);
jem.SaveImages(Path.Combine(arguments.Output, "most-and-least-likely.png"), likelihood.Images, columns: likelihood.Most.Length, zoom);
Display.Print(likelihood);

string report = Path.Combine(arguments.Output, "report.html");
Report.Create(mlContext, jem, shape, test, novel, samples, likelihood).Save(report);
AnsiConsole.WriteLine($"Model and pictures are in {arguments.Output}. To look at: {report}.");
return 0;
