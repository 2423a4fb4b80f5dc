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

    /// <summary>Runs as the arguments say; returns the exit code.</summary>
    public static int Start(string[] arguments, TextWriter output, TextWriter error)
    {
        try
        {
            var parsed = RatioArguments.Parse(arguments);
            return Run(parsed, new RatioFile(parsed.Path), output, error) ? 0 : 1;
        }
        catch (ArgumentException exception)
        {
            error.WriteLine(exception.Message);
            error.WriteLine(RatioArguments.Usage);
            return 2;
        }
        catch (IOException exception)
        {
            error.WriteLine(exception.Message);
            return 1;
        }
    }

    /// <summary>Measures; whether all went well. What could not be measured is left out of the file.</summary>
    private static bool Run(RatioArguments arguments, RatioFile file, TextWriter output, TextWriter error)
    {
        var clock = Stopwatch.StartNew();
        var results = new Dictionary<string, RatioResult>();
        output.WriteLine($"{"ratio",-28} {"goal",-8} {"measured",-9} {"",-6} what was seen");
        foreach (Goal goal in RatioKeys.All.Where(goal => arguments.Keys.Contains(goal.Key)))
        {
            RatioResult result;
            try
            {
                result = Measurements[goal.Key]();
            }
            catch (InvalidOperationException exception)
            {
                error.WriteLine($"{goal.Key} could not be measured: {exception.Message}");
                continue;
            }

            results.Add(goal.Key, result);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{goal.Key,-28} {goal.Text,-8} {result.Ratio,-9:G3} {(goal.IsMetBy(result.Ratio) ? "met" : "MISSED"),-6} {result.Seen}"));
        }

        file.Write(results, clock.Elapsed);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:F0} s, written to {arguments.Path}"));
        return results.Count == arguments.Keys.Count;
    }
}
