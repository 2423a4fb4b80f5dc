using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>Measures ratios, shows them and writes them.</summary>
internal static class RatioRun
{
    /// <summary>How each ratio is measured.</summary>
    private static readonly Dictionary<string, Func<RatioResult>> Measurements = new()
    {
        [RatioKeys.TrainingIteration] = TrainingIteration.MeasurePerceptron,
        [RatioKeys.TrainingIterationWideResNet] = TrainingIteration.MeasureWideResNet,
        [RatioKeys.TimeToQuality] = TimeToQuality.Measure,
        [RatioKeys.ReadShare] = ReadShare.Measure,
        [RatioKeys.TransformThroughput] = TransformThroughput.Measure,
        [RatioKeys.VersusLightGbm] = VersusLightGbm.Measure,
        [RatioKeys.PredictionEngine] = PredictionEngineTime.Measure,
        [RatioKeys.ColdStart] = ColdStart.Measure,
        [RatioKeys.ConformalShare] = ConformalShare.Measure,
    };

    /// <summary>Measures and returns the exit code, 1 where something could not be measured: it is left out of the file.</summary>
    public static int Start(RatioArguments arguments)
    {
        var file = new RatioFile(arguments.Path);
        var clock = Stopwatch.StartNew();
        var results = new Dictionary<string, RatioResult>();
        Console.WriteLine($"{"ratio",-28} {"goal",-8} {"measured",-9} {"",-6} what was seen");
        foreach (Goal goal in RatioKeys.All.Where(goal => arguments.Keys.Contains(goal.Key)))
        {
            RatioResult result;
            try
            {
                result = Measurements[goal.Key]();
            }
            catch (InvalidOperationException exception)
            {
                Console.Error.WriteLine($"{goal.Key} could not be measured: {exception.Message}");
                continue;
            }

            results.Add(goal.Key, result);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{goal.Key,-28} {goal.Text,-8} {result.Ratio,-9:G3} {(goal.IsMetBy(result.Ratio) ? "met" : "MISSED"),-6} {result.Seen}"));
        }

        file.Write(results, clock.Elapsed);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:F0} s, written to {arguments.Path}"));
        return results.Count == arguments.Keys.Count ? 0 : 1;
    }
}
