using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Benchmarks.Baseline;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>
/// Loading a model and scoring the first row in a fresh process, beside what that takes without us: ML.NET loads a model of its own
/// and predicts a row with it, ONNX Runtime opens our graph and runs it on a row.
/// </summary>
internal static class ColdStart
{
    /// <summary>What a child process is started with.</summary>
    public const string Argument = "--cold-start-child";

    private const string Ours = "ours", Baseline = "baseline";
    private const int Pairs = 7;

    /// <summary>Starts child processes in turns.</summary>
    public static RatioResult Measure()
    {
        string folder = Directory.CreateTempSubdirectory("jem-cold-start-").FullName;
        try
        {
            Save(folder);
            Run(Ours, folder);
            Run(Baseline, folder);
            var times = new Paired();
            for (int i = 0; i < Pairs; i++)
            {
                double ours = Run(Ours, folder);
                times.Add(ours, Run(Baseline, folder));
            }

            return new RatioResult(
                times.Ratio,
                FormattableString.Invariant($"{1000 * times.Ours:F0} ms against {1000 * times.Baseline:F0} ms, {times.Count} processes each"),
                new() { ["ourSeconds"] = times.Ours, ["baselineSeconds"] = times.Baseline, ["processes"] = 2 * times.Count });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>In the child: prints how many seconds it took.</summary>
    public static int RunInChild(string[] arguments)
    {
        (string what, string folder) = (arguments[0], arguments[1]);
        long start = Stopwatch.GetTimestamp();
        if (what == Ours)
        {
            Predict(folder, "jem.zip");
        }
        else
        {
            Predict(folder, "peer.zip");
            using var bare = new BareSession(File.ReadAllBytes(Path.Combine(folder, "jem.onnx")), batchSize: 1, JemNames.Score, JemNames.OodScore);
            bare.Run();
        }

        Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
        return 0;
    }

    private static void Predict(string folder, string file)
    {
        var context = new MLContext(seed: 1);
        ITransformer model = context.Model.Load(Path.Combine(folder, file), out DataViewSchema schema);
        using PredictionEngine<Question, Answer> engine = context.Model.CreatePredictionEngine<Question, Answer>(model, schema);
        engine.Predict(new Question { Features = new float[DigitsModel.Width] });
    }

    private static void Save(string folder)
    {
        DigitsModel model = DigitsModel.Shared;
        model.Context.Model.Save(model.Transformer, model.Data.Schema, Path.Combine(folder, "jem.zip"));
        File.WriteAllBytes(Path.Combine(folder, "jem.onnx"), model.Graph);
        ITransformer peer = model.Context.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 2).Fit(model.Data);
        model.Context.Model.Save(peer, model.Data.Schema, Path.Combine(folder, "peer.zip"));
    }

    private static double Run(string what, string folder)
    {
        ProcessStartInfo start = OwnProcess.With(Argument, what, folder);
        start.RedirectStandardOutput = true;
        using Process child = Process.Start(start)!;
        string printed = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? double.Parse(printed, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"The child process for '{what}' ended with exit code {child.ExitCode}.");
    }

    private sealed class Question
    {
        [KeyType(8)]
        public uint Label { get; set; }

        [VectorType(DigitsModel.Width)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Answer
    {
        public float[] Score { get; set; } = [];
    }
}
