using System.CommandLine;
using Shared;

namespace Microsoft.ML.Jem.Quality;

/// <summary>What is measured.</summary>
internal sealed class Arguments(string[] args) : ProgramArguments(Command, args)
{
    private static readonly RootCommand Command = new("Measures Jem beside its baselines and LightGbm.")
    {
        Text("--sets", "a,b", "sets (default: all there are)"),
        Text("--variants", "a,b", "default, plain, penalty, lightgbm (default: all)"),
        Number("--seeds", "N", "trainings of each (default: 5)", 1),
        Text("--data", "DIR", "folder with letter, nslkdd, fashion-mnist"),
        Text("--output", "NAME", "figures go to NAME.jsonl, tables to NAME.md (default: results); what NAME.jsonl holds is not measured again"),
        new Option<bool>("--stability") { Description = "50 trainings with hostile settings instead" },
    };

    /// <summary>Names of the sets; all where empty.</summary>
    public string[] Sets => Value<string>("--sets")?.Split(',') ?? [];

    /// <summary>Names of the ways to train.</summary>
    public string[] Variants => Value<string>("--variants")?.Split(',') ?? [.. Variant.All.Select(variant => variant.Name)];

    /// <summary>Seeds 0 to this − 1.</summary>
    public int Seeds => Value<int?>("--seeds") ?? 5;

    /// <summary>Folder with more sets, or null.</summary>
    public string? Data => Value<string>("--data");

    /// <summary>Where the figures go: this name with .jsonl and .md.</summary>
    public string Output => Value<string>("--output") ?? "results";

    /// <summary>Whether to try hostile settings instead.</summary>
    public bool Stability => Value<bool>("--stability");
}
