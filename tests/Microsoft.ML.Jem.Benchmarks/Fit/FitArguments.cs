using System.CommandLine;
using Microsoft.ML.Jem.Quality;
using Shared;

namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>What is measured, and where the figures go.</summary>
internal sealed class FitArguments(string[] args) : ProgramArguments(Command, args)
{
    public const string DataFolder = "--fit";

    private static readonly RootCommand Command = CreateCommand();

    /// <summary>The folder with the sets.</summary>
    public string Folder => Value<string>(DataFolder)!;

    /// <summary>Names of the sets; all where empty.</summary>
    public string[] Sets => Value<string>("--sets")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    public int[] Seeds => Value<int?>("--seed") is { } seed ? [seed] : [.. Enumerable.Range(0, Value<int?>("--seeds") ?? 3)];

    public string OutputPath => Value<string>("--output") ?? "fit.json";

    /// <summary>An earlier JSON file that LightGbm's figures are taken from, or null.</summary>
    public string? PeerPath => Value<string>("--skip-lightgbm");

    /// <summary>Changes to the options of our trainer.</summary>
    public IReadOnlyList<OptionChange> Options => [.. Values("--option")?.Select(OptionChange.Parse) ?? []];

    /// <summary>Our trainer with the options changed.</summary>
    public Variant Jem()
    {
        IReadOnlyList<OptionChange> changes = Options;
        return Variant.Jem("jem", options =>
        {
            foreach (OptionChange change in changes)
                change.Apply(options);
        });
    }

    private static RootCommand CreateCommand()
    {
        var command = new RootCommand("Measures fit time and quality of Jem beside LightGbm's, both with defaults, on the sets in a folder.")
        {
            Text(DataFolder, "PATH", "the folder: subfolders with train, test and novel.csv.gz, or with whole sets as .csv or .csv.gz"),
            Text("--sets", "a,b", "these sets alone (default: all, the smallest first)"),
            Number("--seeds", "N", "seeds 0 to N - 1 (default: 3)", 1),
            Number("--seed", "K", "seed K alone", 0),
            Text("--output", "FILE", "the JSON file to write (default: fit.json)"),
            Text("--skip-lightgbm", "FILE", "take LightGbm's figures from this earlier JSON file instead of training it"),
            Texts("--option", "Name=Value", "set an option of JemTrainer.Options, such as SamplerSteps=1; may be repeated"),
        };
        command.Validators.Add(result =>
        {
            if (Given(result, "--seeds") is not null && Given(result, "--seed") is not null)
                result.AddError("--seeds and --seed exclude each other: give the number of seeds, or one seed.");
        });
        return command;
    }
}
