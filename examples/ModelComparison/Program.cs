using ModelComparison;
using ModelComparison.Output;
using Spectre.Console;

var arguments = new Arguments(args);
if (arguments.Answer() is { } exitCode)
    return exitCode;

try
{
    DataSet data = DataSet.Open(arguments);
    Contestant[] contestants = Contestant.All(arguments.Seed, arguments.Epochs);
    string description = $"{data.Description}; {arguments.Folds} folds, seed {arguments.Seed}";
    AnsiConsole.MarkupLineInterpolated($"{description}.");
    foreach (string note in data.Notes)
        AnsiConsole.MarkupLineInterpolated($"[yellow]Note:[/] {note}");

    var files = new ResultWriter(arguments.Output, description, data.Notes, arguments.JsonPath, contestants.Length, arguments.Folds);
    IReadOnlyList<Summary> summaries = ConsoleDisplay.Run(
        contestants, arguments.Folds, display => Comparison.Run(data, contestants, arguments.Folds, arguments.Seed, [display, files]));
    ConsoleDisplay.Print(summaries);
    AnsiConsole.MarkupLineInterpolated($"Written to [blue]{Path.GetFullPath(arguments.Output)}[/]: comparison.md, comparison.json, comparison.html, folds.json.");
    return 0;
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
