using Microsoft.ML.Data;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.MLNet;
using Microsoft.ML.Jem.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>
/// What reading 100 000 × 100 floats takes of a default training on them. The training is ended after a few epochs and
/// reckoned up to its planned end.
/// </summary>
internal static class ReadShare
{
    private const int RowCount = 100_000, Width = 100, ClassCount = 10;
    private const int Reports = 3;

    /// <summary>Reads several times, then begins to train.</summary>
    public static RatioResult Measure()
    {
        var context = new MLContext(seed: 1);
        IDataView data = Rows.View(context, Rows.Of(Rows.MakeUp(RowCount, Width, ClassCount, 0.5, seed: 1)), Width, ClassCount);
        double reading = Paired.Median(Enumerable.Range(0, 5).Select(_ => Paired.Seconds(() => Read(context, data))));

        using var enough = new CancellationTokenSource();
        var watcher = new Watcher(enough);
        try
        {
            context.MulticlassClassification.Trainers.Jem(new JemTrainer.Options { Progress = watcher, CancellationToken = enough.Token }).Fit(data).Dispose();
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // As planned: to the end it would take minutes.
        }

        TrainingProgress state = watcher.Last!;
        double training = (state.Elapsed + state.Remaining).TotalSeconds;
        return new RatioResult(
            reading / training,
            FormattableString.Invariant($"{reading:F3} s of {training:F0} s, reckoned from {watcher.Count} of {state.Epochs} epochs"),
            new()
            {
                ["readSeconds"] = reading,
                ["trainingSeconds"] = training,
                ["epochsMeasured"] = watcher.Count,
                ["epochsPlanned"] = state.Epochs,
                ["secondsMeasured"] = state.Elapsed.TotalSeconds,
            });
    }

    private static void Read(MLContext context, IDataView data)
    {
        IHost host = ((IHostEnvironment)context).Register(nameof(ReadShare));
        using IChannel channel = host.Start("Reading");
        var roles = new RoleMappedData(data, label: nameof(Row.Label), feature: nameof(Row.Features));
        if (TrainingRowReader.Read(host, channel, roles, image: null).Count != RowCount)
            throw new InvalidOperationException("Not all rows were read.");
    }

    private sealed class Watcher(CancellationTokenSource enough) : IProgress<TrainingProgress>
    {
        public TrainingProgress? Last { get; private set; }

        public int Count { get; private set; }

        public void Report(TrainingProgress value)
        {
            if (enough.IsCancellationRequested)
                return;
            Last = value;
            if (++Count == Reports)
                enough.Cancel();
        }
    }
}
