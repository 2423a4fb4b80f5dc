using System.Diagnostics;
using Microsoft.ML.Jem.Benchmarks.Baseline;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>Told of each of our epochs, lets the baseline take one, and times both.</summary>
/// <param name="baseline">The baseline.</param>
/// <param name="updates">Updates of one of our epochs.</param>
/// <param name="budget">When to end our training.</param>
/// <param name="enough">What ends it.</param>
internal sealed class Turns(PaperTraining baseline, int updates, TimeSpan budget, CancellationTokenSource enough) : IProgress<TrainingProgress>
{
    private const int WarmUp = 2;
    private const int FewestPairs = 5;

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _ownStart = Stopwatch.GetTimestamp();
    private int _epochs;
    private int _recoveries;

    /// <summary>Seconds an update.</summary>
    public Paired Times { get; } = new();

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        double ours = Stopwatch.GetElapsedTime(_ownStart).TotalSeconds / updates;
        long start = Stopwatch.GetTimestamp();
        int others = baseline.Epoch();
        double theirs = Stopwatch.GetElapsedTime(start).TotalSeconds / others;

        // An epoch that was rolled back is not reported: the next one has its time as well.
        if (++_epochs > WarmUp && value.Recoveries == _recoveries)
            Times.Add(ours, theirs);
        _recoveries = value.Recoveries;
        if (Times.Count >= FewestPairs && Stopwatch.GetElapsedTime(_start) > budget)
            enough.Cancel();
        _ownStart = Stopwatch.GetTimestamp();
    }
}
