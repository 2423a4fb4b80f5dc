using System.CommandLine;
using System.Globalization;
using Microsoft.ML.Jem.Benchmarks.Fit;
using Shared;

namespace Microsoft.ML.Jem.Benchmarks.Large;

/// <summary>Which large sets are trained on, and where the figures go.</summary>
internal sealed class LargeArguments(string[] args) : ProgramArguments(Command, args)
{
    public const string Flag = "--large";

    private static readonly RootCommand Command = new("Measures fit time and peak memory of Jem with defaults on large synthetic sets, a process for each.")
    {
        new Option<bool>(Flag) { Description = "these measurements" },
        Text("--sets", "1000x10,...", "rows x features of each set (default: 100000x100,1000000x20)"),
        Number("--seed", "K", "seed of the rows and of the training (default: 0)", 0),
        Text("--output", "FILE", "the JSON file to write (default: large.json)"),
        Texts("--option", "Name=Value", "set an option of JemTrainer.Options, such as SamplerSteps=1; may be repeated"),
    };

    /// <summary>Rows and features of each set.</summary>
    public IReadOnlyList<LargeShape> Shapes =>
        Value<string>("--sets") is { } sets ? [.. sets.Split(',').Select(LargeShape.Parse)] : [new(100_000, 100), new(1_000_000, 20)];

    /// <summary>Seed of the rows and of the training.</summary>
    public int Seed => Value<int?>("--seed") ?? 0;

    public string OutputPath => Value<string>("--output") ?? "large.json";

    /// <summary>Changes to the options of our trainer.</summary>
    public IReadOnlyList<OptionChange> Options => [.. Values("--option")?.Select(OptionChange.Parse) ?? []];

    /// <summary>The arguments that measure one of the sets alone.</summary>
    public IEnumerable<string> For(LargeShape shape, string outputPath) =>
    [
        Flag, "--sets", shape.ToString(), "--seed", Seed.ToString(CultureInfo.InvariantCulture), "--output", outputPath,
        .. Options.SelectMany(option => new[] { "--option", option.Text }),
    ];
}
