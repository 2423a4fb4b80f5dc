using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Training;

/// <summary>Trains a model, and breaks off in the middle: after an epoch, before its checkpoint is written, or within the next one.</summary>
internal static class InterruptedTraining
{
    /// <summary>What the application had in mind when it broke off.</summary>
    public sealed class PowerCut() : Exception("The lights went out.");

    /// <summary>Trains to the end.</summary>
    /// <returns>The ONNX graph.</returns>
    public static byte[] Finish(JemTrainingOptions options, TrainingRows rows, TrainingRows? validation = null, int seed = 1, IProgress<TrainingProgress>? progress = null, CancellationTokenSource? stop = null)
    {
        CancellationToken cancellation = stop?.Token ?? TestContext.Current.CancellationToken;
        var fitting = new ModelFitting(options, seed, CPU) { Progress = progress, Cancellation = cancellation };
        return fitting.Fit(rows, validation, [.. Enumerable.Range(0, rows.ClassCount).Select(k => $"class {k}")], []).Graph;
    }

    /// <summary>Trains until <paramref name="reports"/> epochs have been reported, and breaks off.</summary>
    /// <returns>The graph if it came to that; otherwise null.</returns>
    public static byte[]? BreakOff(JemTrainingOptions options, TrainingRows rows, int reports, bool beforeCheckpoint = false, TrainingRows? validation = null)
    {
        using var stop = new CancellationTokenSource();
        var progress = new Countdown(reports, () =>
        {
            if (beforeCheckpoint)
                throw new PowerCut();
            stop.Cancel();
        });
        try
        {
            return Finish(options, rows, validation, progress: progress, stop: stop);
        }
        catch (Exception exception) when (exception is PowerCut or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Trains, breaking off again and again at random epochs, until the model is there.</summary>
    /// <returns>The graph, and how often training was broken off.</returns>
    public static (byte[] Graph, int Breaks) FinishAtLast(JemTrainingOptions options, TrainingRows rows, Random random, TrainingRows? validation = null)
    {
        for (int breaks = 0; breaks < 200; breaks++)
        {
            if (BreakOff(options, rows, random.Next(2, 12), random.Next(4) == 0, validation) is { } graph)
                return (graph, breaks);
        }

        throw new InvalidOperationException("Training does not get on.");
    }

    private sealed class Countdown(int reports, Action end) : IProgress<TrainingProgress>
    {
        private int _left = reports;

        public void Report(TrainingProgress value)
        {
            if (--_left == 0)
                end();
        }
    }
}
