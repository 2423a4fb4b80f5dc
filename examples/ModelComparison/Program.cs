using ModelComparison;
using ModelComparison.Output;
using Spectre.Console;

if (args is ["--help"] or ["-h"])
{
    Console.WriteLine(Arguments.Usage);
    return 0;
}

try
{
    Arguments arguments = Arguments.Parse(args);
    DataSet data = DataSet.Open(arguments);
    Contestant[] contestants = Contestant.All(arguments.Seed, arguments.Epochs);
    string description = $"{data.Description}; {arguments.Folds} folds, seed {arguments.Seed}";
    AnsiConsole.MarkupLineInterpolated($"{description}.");

    IReadOnlyList<Summary> summaries = ConsoleDisplay.Run(
        contestants, arguments.Folds, done => Comparison.Run(data, contestants, arguments.Folds, arguments.Seed, done));
    ConsoleDisplay.Print(summaries);

    string json = ResultFiles.Json(summaries);
    ResultFiles.Write(Path.Combine(arguments.Output, "comparison.json"), json);
    ResultFiles.Write(Path.Combine(arguments.Output, "comparison.md"), ResultFiles.Markdown(description, summaries));
    ResultFiles.Html(description, summaries).Save(Path.Combine(arguments.Output, "comparison.html"));
    if (arguments.JsonPath is { } path)
        ResultFiles.Write(path, json);
    AnsiConsole.MarkupLineInterpolated($"Written to [blue]{Path.GetFullPath(arguments.Output)}[/]: comparison.md, comparison.json, comparison.html.");
    return 0;
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine();
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}
