using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;

namespace Microsoft.ML.Jem.Reporting.Tests.Docs;

public sealed partial class AutoMLTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Docs", "automl.md"));

    [Fact]
    public void The_snippet_is_the_code_that_is_compiled_here() =>
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Docs", "JemSweep.cs")).Trim(), Snippet().Match(Page).Groups[1].Value.Trim());

    [Fact]
    public void The_snippet_sweeps_the_whole_space_and_builds_trainers()
    {
        Microsoft.ML.AutoML.SweepableEstimator sweep = JemSweep.Create();
        Assert.Equal(JemSearchSpace.Ranges.Select(range => range.Option), sweep.SearchSpace.Keys);
        foreach (bool highest in (bool[])[false, true])
        {
            var chosen = sweep.SearchSpace.ToDictionary(entry => entry.Key, entry => highest ? ((UniformDoubleOption)entry.Value).Max : ((UniformDoubleOption)entry.Value).Min);
            Assert.IsType<JemTrainer>(sweep.BuildFromOption(new MLContext(1), new Parameter(chosen)));
        }
    }

    [Fact]
    public void The_documented_table_is_the_search_space()
    {
        string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
        string[] expected =
        [
            .. JemSearchSpace.Ranges.Select(range =>
                $"| `{range.Option}` | {Text(range.Lowest)} | {Text(range.Highest)} | {(range.IsLogarithmic ? "logarithmic" : "linear")} | {Text(range.Start)} |"),
        ];
        Assert.Equal(expected, Page.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("| `", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_range_belongs_to_an_option_begins_at_its_default_and_is_valid_at_both_ends()
    {
        foreach (JemSearchRange range in JemSearchSpace.Ranges)
        {
            PropertyInfo? property = typeof(JemTrainer.Options).GetProperty(range.Option);
            Assert.True(property is { CanWrite: true }, $"JemTrainer.Options has no '{range.Option}' that can be set.");
            Assert.InRange(range.Start, range.Lowest, range.Highest);
            if (property.GetValue(new JemTrainer.Options()) is { } byDefault)
                Assert.Equal(Convert.ToDouble(byDefault, CultureInfo.InvariantCulture), range.Start);
            foreach (double value in (double[])[range.Lowest, range.Start, range.Highest])
            {
                JemTrainer.Options options = JemSearchSpace.CreateOptions([KeyValuePair.Create(range.Option, value)]);
                Assert.Equal(value, Convert.ToDouble(property.GetValue(options), CultureInfo.InvariantCulture));
                options.Validate();
            }
        }
    }

    [Fact]
    public void An_unknown_option_is_refused_by_name() =>
        Assert.Contains("'Epochs'", Assert.Throws<ArgumentException>(() => JemSearchSpace.CreateOptions([KeyValuePair.Create("Epochs", 1.0)])).Message);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
