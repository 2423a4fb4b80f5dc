using System.CommandLine;
using System.CommandLine.Parsing;
using Shared;

namespace ModelComparison;

internal sealed class Arguments(string[] args) : ProgramArguments(Command, args)
{
    private static readonly RootCommand Command = CreateCommand();

    public string? Set => Value<string>("--set");

    public string? DataPath => Value<string>("--data");

    public string? Label => Value<string>("--label");

    public char Separator => Value<char?>("--separator") ?? ',';

    public IReadOnlyList<string> Ignored => Values("--ignore") ?? [];

    /// <summary>Null where the option was not given: then the set's own default counts.</summary>
    public IReadOnlyList<string>? Unseen => Values("--unseen");

    public int Folds => Value<int?>("--folds") ?? 5;

    public int Seed => Value<int?>("--seed") ?? 1;

    public int? Epochs => Value<int?>("--epochs");

    public string Output => Value<string>("--output") ?? Path.Combine("artifacts", "comparison");

    public string? JsonPath => Value<string>("--json");

    private static RootCommand CreateCommand()
    {
        var command = new RootCommand("Compares Jem with ML.NET's own trainers on the same folds.")
        {
            Text("--set", "NAME", "embedded data: digits (default), penguins, wine, breast_cancer or iris"),
            Text("--data", "FILE", "a CSV file with a header row, plain or .gz; numbers, text and missing values"),
            new Option<char?>("--separator")
            {
                HelpName = "C",
                Description = "what stands between its fields: one character, or tab (default: a comma)",
                Arity = ArgumentArity.ExactlyOne,
                CustomParser = Character,
            },
            Text("--label", "COLUMN", "the column to predict"),
            Texts("--ignore", "COLUMN", "columns to leave out, such as identifiers and names; several may follow"),
            Texts("--unseen", "VALUE", "classes kept from training, to be noticed as unfamiliar; several may follow"),
            Number("--folds", "N", "folds of the cross-validation (default 5)", 2),
            Number("--seed", "N", "seed of the folds and the trainers (default 1)"),
            Number("--epochs", "N", "epochs of the two Jem trainers (default: theirs)", 1),
            Text("--output", "DIR", "where comparison.md, .json and .html go, written anew after each fold, and folds.json with each training (default artifacts/comparison)"),
            Text("--json", "PATH", "where the JSON goes as well"),
        };
        command.Validators.Add(Check);
        return command;
    }

    private static void Check(CommandResult result)
    {
        string[]? data = Given(result, "--data"), label = Given(result, "--label");
        if (data is null != label is null)
            result.AddError("--data FILE and --label COLUMN belong together.");
        if (label is [var name] && Given(result, "--ignore")?.Contains(name) == true)
            result.AddError($"--ignore names '{name}', which is the label.");
        if (data is not null && Given(result, "--set") is not null)
            result.AddError("--data and --set exclude each other.");
    }

    private static char? Character(ArgumentResult result)
    {
        switch (result.Tokens[0].Value)
        {
            case "tab" or "\\t":
                return '\t';
            case [var one] when one is not ('"' or '\n' or '\r'):
                return one;
            case var other:
                result.AddError($"--separator needs one character other than a quote or a line break, or the word tab, but got '{other}'.");
                return null;
        }
    }
}
