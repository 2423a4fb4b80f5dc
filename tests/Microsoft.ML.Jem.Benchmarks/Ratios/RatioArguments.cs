using System.CommandLine;
using Shared;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>Which ratios are measured, and where they go.</summary>
internal sealed class RatioArguments(string[] args) : ProgramArguments(Command, args)
{
    public const string Output = "--ratios";
    public const string Key = "--only";

    private static readonly RootCommand Command = CreateCommand();

    /// <summary>The JSON file to write.</summary>
    public string Path => Value<string>(Output)!;

    /// <summary>The ratios to measure.</summary>
    public IReadOnlyList<string> Keys => Value<string>(Key) is { } key ? [key] : [.. RatioKeys.All.Select(goal => goal.Key)];

    private static RootCommand CreateCommand()
    {
        Option<string> output = Text(Output, "PATH", "the file to write"), key = Text(Key, "KEY", "this ratio alone");
        output.Required = true;
        key.AcceptOnlyFromAmong([.. RatioKeys.All.Select(goal => goal.Key)]);
        return new RootCommand("Measures the ratios of docs/performance.md, each side by side in this run, and writes them as JSON.") { output, key };
    }
}
