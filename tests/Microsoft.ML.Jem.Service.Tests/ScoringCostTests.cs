using System.Diagnostics;
using ScoringService.Models;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>Measures what decides between engines and views; docs/decisions.md has the figures.</summary>
public sealed class ScoringCostTests
{
    [Fact]
    [Trait("Category", "Long")]
    public void Cost_of_rows_with_engines_and_with_a_view()
    {
        LoadedModel model = ModelLoading.Load(Files.BundledModel, 16 << 20);
        float[][] digits = Files.Digits("test");
        foreach (int count in new[] { 1, 2, 4, 8, 16, 32, 64, 256 })
        {
            float[][] rows = digits[..count];
            double singly = Measure(() => model.ScoreSingly(rows).Length, count);
            double atOnce = Measure(() => model.ScoreAtOnce(rows).Length, count);
            TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant($"{count,4} rows: engine {singly,8:F0} µs, view {atOnce,8:F0} µs"));
        }
    }

    /// <summary>Median time of a call in microseconds.</summary>
    private static double Measure(Func<int> score, int expected)
    {
        var times = new double[200];
        for (int i = -20; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(expected, score());
            if (i >= 0)
                times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        Array.Sort(times);
        return times[times.Length / 2];
    }
}
