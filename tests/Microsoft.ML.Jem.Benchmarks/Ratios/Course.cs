using System.Diagnostics;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>How good a training was after how many seconds; what is done to find out does not count.</summary>
internal sealed class Course
{
    private readonly Stopwatch _clock = new();

    /// <summary>What was seen after each epoch.</summary>
    public List<Point> Points { get; } = [];

    /// <summary>The latest of them.</summary>
    public Point Last => Points[^1];

    /// <summary>Seconds of training so far.</summary>
    public double Seconds => _clock.Elapsed.TotalSeconds;

    /// <summary>Training goes on.</summary>
    public void Resume() => _clock.Start();

    /// <summary>Training pauses, and is looked at.</summary>
    public void Pause(Func<(double Accuracy, double Auroc)> look)
    {
        _clock.Stop();
        (double accuracy, double auroc) = look();
        Points.Add(new Point(Seconds, accuracy, auroc));
    }

    /// <summary>How good a training was.</summary>
    internal sealed record Point(double Seconds, double Accuracy, double Auroc)
    {
        /// <summary>Whether it was at least that good.</summary>
        public bool Reaches(double accuracy, double auroc) => Accuracy >= accuracy && Auroc >= auroc;
    }
}
