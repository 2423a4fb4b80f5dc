using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Jem.Benchmarks.Ratios;

namespace Microsoft.ML.Jem.Benchmarks.Large;

/// <summary>Trains on large sets, each in a process of its own, since the peak of the memory is the process's.</summary>
internal static class LargeRun
{
    /// <summary>Measures and returns the exit code.</summary>
    public static int Start(LargeArguments arguments)
    {
        var file = new JsonFile(arguments.OutputPath, "The figures");
        return arguments.Shapes is [var only] ? Measure(arguments, only, file) : MeasureEach(arguments, file);
    }

    private static int Measure(LargeArguments arguments, LargeShape shape, JsonFile file)
    {
        Console.WriteLine($"{shape}:");
        var figures = LargeFigures.Measure(shape, arguments.Seed, arguments.Options, Console.Out);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {figures.Seconds:F1} s to fit, {figures.ProcessorSeconds:F1} s of processor time; peak memory {figures.PeakMegabytes:F0} MB, {figures.MegabytesBefore:F0} MB of it before the fit; accuracy {figures.Accuracy:F4}, log-loss {figures.LogLoss:F4}"));
        Write(arguments, file, [figures]);
        return 0;
    }

    /// <summary>Starts a process for each set; its lines appear with ours.</summary>
    private static int MeasureEach(LargeArguments arguments, JsonFile file)
    {
        string folder = Directory.CreateTempSubdirectory("jem-large-").FullName;
        try
        {
            var rows = new List<LargeFigures>();
            foreach (LargeShape shape in arguments.Shapes)
            {
                string path = Path.Combine(folder, $"{shape}.json");
                using Process child = Process.Start(OwnProcess.With(arguments.For(shape, path)))!;
                child.WaitForExit();
                if (child.ExitCode != 0)
                    return child.ExitCode;
                rows.AddRange(JsonSerializer.Deserialize<LargeReport>(File.ReadAllText(path), JsonFile.Format)!.Rows);
                Write(arguments, file, rows);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(LargeArguments arguments, JsonFile file, IEnumerable<LargeFigures> rows) =>
        file.Write(new LargeReport(Machine.Describe(), [.. arguments.Options.Select(option => option.Text)], [.. rows]));
}
