using System.Diagnostics;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Benchmarks.Fit;
using Microsoft.ML.Jem.Evaluation;

namespace Microsoft.ML.Jem.Benchmarks.Large;

/// <summary>What a training on a large set took and reached.</summary>
/// <param name="Set">Rows x features.</param>
/// <param name="Seed">Seed of the rows and of the training.</param>
/// <param name="Seconds">Time to fit.</param>
/// <param name="ProcessorSeconds">Processor time to fit, over all threads.</param>
/// <param name="MegabytesBefore">Peak resident memory of the process before the fit: the runtime, and the rows that this program holds.</param>
/// <param name="PeakMegabytes">Peak resident memory of the process after the fit.</param>
/// <param name="Accuracy">Share of fresh rows classified correctly.</param>
/// <param name="LogLoss">Mean −log p(y|x) of fresh rows, natural logarithm.</param>
internal sealed record LargeFigures(
    string Set, int Seed, double Seconds, double ProcessorSeconds, double MegabytesBefore, double PeakMegabytes, double Accuracy, double LogLoss)
{
    private const int TestRows = 20_000;

    /// <summary>Draws the rows, trains and measures, in this process.</summary>
    public static LargeFigures Measure(LargeShape shape, int seed, IEnumerable<OptionChange> changes, TextWriter output)
    {
        (LargeRows train, LargeRows test) = LargeRows.Draw(shape, TestRows, seed);
        var context = new MLContext(seed);
        var options = new JemTrainer.Options { Seed = seed, Progress = new ProgressLines(output) };
        foreach (OptionChange change in changes)
            change.Apply(options);

        double memoryBefore = PeakMemory();
        TimeSpan processorTime = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        using JemTransformer model = context.MulticlassClassification.Trainers.Jem(options).Fit(train.View(context));
        double seconds = clock.Elapsed.TotalSeconds;
        processorTime = Environment.CpuUsage.TotalTime - processorTime;
        double memory = PeakMemory();
        CalibrationMetrics metrics = Score(context, model, test);
        return new LargeFigures(shape.ToString(), seed, seconds, processorTime.TotalSeconds, memoryBefore, memory, metrics.Accuracy, metrics.LogLoss);
    }

    private static CalibrationMetrics Score(MLContext context, JemTransformer model, LargeRows test)
    {
        var accumulator = new CalibrationAccumulator();
        int i = 0;
        foreach (Scored row in context.Data.CreateEnumerable<Scored>(model.Transform(test.View(context)), reuseRowObject: true))
            accumulator.Add(row.Score, (int)test.Labels[i++]);
        return accumulator.ToMetrics();
    }

    /// <summary>In megabytes; on Linux it is VmHWM in /proc/self/status.</summary>
    private static double PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }
}
