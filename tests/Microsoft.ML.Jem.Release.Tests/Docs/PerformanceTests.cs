using Microsoft.ML.Jem.Benchmarks.Ratios;

namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>docs/performance.md has a row for every ratio the benchmarks measure, with the goal they measure it by.</summary>
public sealed class PerformanceTests
{
    public static TheoryData<string> Keys => [.. RatioKeys.All.Select(goal => goal.Key)];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_ratio_has_its_row_and_goal(string key)
    {
        Goal goal = RatioKeys.All.Single(goal => goal.Key == key);
        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Docs, "performance.md")).Where(line => line.StartsWith($"| `{key}` |", StringComparison.Ordinal))];
        string[] cells = [.. Assert.Single(rows).Split('|').Select(cell => cell.Trim())];
        Assert.Equal(goal.Text, cells[3]);
        Assert.Matches(@"^\d+(\.\d+)?$", cells[4]);
    }
}
