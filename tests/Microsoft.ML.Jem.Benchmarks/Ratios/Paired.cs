using System.Diagnostics;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>Times of two things that were done in turns, so that both share whatever else the machine does.</summary>
internal sealed class Paired
{
    private readonly List<double> _ours = [];
    private readonly List<double> _baselines = [];

    /// <summary>Number of pairs.</summary>
    public int Count => _ours.Count;

    /// <summary>Median seconds of ours.</summary>
    public double Ours => Median(_ours);

    /// <summary>Median seconds of the baseline.</summary>
    public double Baseline => Median(_baselines);

    /// <summary>The median over the pairs of ours / baseline: a pair that something else disturbed moves it little.</summary>
    public double Ratio => Median(_ours.Zip(_baselines, (ours, baseline) => ours / baseline));

    /// <summary>Adds seconds of ours and of the baseline, taken one after the other.</summary>
    public void Add(double ours, double baseline)
    {
        _ours.Add(ours);
        _baselines.Add(baseline);
    }

    /// <summary>Does both once to warm up, then in turns, the other one first each time, until the budget is used up.</summary>
    /// <param name="ours">What is judged.</param>
    /// <param name="baseline">What it is judged by.</param>
    /// <param name="budget">How long to go on.</param>
    /// <param name="fewest">Pairs to measure whatever the budget.</param>
    public static Paired Measure(Action ours, Action baseline, TimeSpan budget, int fewest = 5)
    {
        var clock = Stopwatch.StartNew();
        ours();
        baseline();
        var pairs = new Paired();
        while (pairs.Count < fewest || clock.Elapsed < budget)
        {
            if (pairs.Count % 2 == 0)
            {
                double first = Seconds(ours);
                pairs.Add(first, Seconds(baseline));
            }
            else
            {
                double first = Seconds(baseline);
                pairs.Add(Seconds(ours), first);
            }
        }

        return pairs;
    }

    /// <summary>How long an action takes.</summary>
    public static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The value in the middle; of an even number, the mean of the two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
