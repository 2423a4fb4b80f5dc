using System.Globalization;

namespace ModelComparison;

/// <summary>The command line.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        Compares Jem with ML.NET's own trainers on the same folds.

        Usage: ModelComparison [--set NAME | --data FILE --label COLUMN] [--unseen VALUE…] [options]

          --set NAME       embedded data: digits (default), penguins, wine, breast_cancer or iris
          --data FILE      a CSV file with a header row, plain or .gz; numbers, text and missing values
          --separator C    what stands between its fields: one character, or tab (default: a comma)
          --label COLUMN   the column to predict
          --ignore COLUMN  columns to leave out, such as identifiers and names; several may follow
          --unseen VALUE   classes kept from training, to be noticed as unfamiliar; several may follow
          --folds N        folds of the cross-validation (default 5)
          --seed N         seed of the folds and the trainers (default 1)
          --epochs N       epochs of the two Jem trainers (default: theirs)
          --output DIR     where comparison.md, .json and .html go, written anew after each fold, and folds.json with each training (default
                           artifacts/comparison)
          --json PATH      where the JSON goes as well
          --help           shows this text
        """;

    public string? Set { get; private init; }

    public string? DataPath { get; private init; }

    public string? Label { get; private init; }

    public char Separator { get; private init; } = ',';

    public IReadOnlyList<string> Ignored { get; private init; } = [];

    /// <summary>Null where the option was not given: then the set's own default counts.</summary>
    public IReadOnlyList<string>? Unseen { get; private init; }

    public int Folds { get; private init; } = 5;

    public int Seed { get; private init; } = 1;

    public int? Epochs { get; private init; }

    public string Output { get; private init; } = Path.Combine("artifacts", "comparison");

    public string? JsonPath { get; private init; }

    /// <exception cref="ArgumentException">The command line is wrong; the message says how.</exception>
    public static Arguments Parse(string[] args)
    {
        var arguments = new Arguments();
        for (int i = 0; i < args.Length; i++)
        {
            string option = args[i];
            int first = ++i;
            while (i < args.Length && !args[i].StartsWith("--", StringComparison.Ordinal))
                i++;
            string[] values = args[first..i--];
            arguments = option switch
            {
                "--set" => arguments with { Set = Single(option, values) },
                "--data" => arguments with { DataPath = Single(option, values) },
                "--label" => arguments with { Label = Single(option, values) },
                "--separator" => arguments with { Separator = Character(option, values) },
                "--ignore" when values.Length > 0 => arguments with { Ignored = [.. arguments.Ignored, .. values] },
                "--ignore" => throw new ArgumentException("--ignore needs at least one column."),
                "--unseen" when values.Length > 0 => arguments with { Unseen = [.. arguments.Unseen ?? [], .. values] },
                "--unseen" => throw new ArgumentException("--unseen needs at least one class."),
                "--folds" => arguments with { Folds = WholeNumber(option, values, 2) },
                "--seed" => arguments with { Seed = WholeNumber(option, values, int.MinValue) },
                "--epochs" => arguments with { Epochs = WholeNumber(option, values, 1) },
                "--output" => arguments with { Output = Single(option, values) },
                "--json" => arguments with { JsonPath = Single(option, values) },
                _ => throw new ArgumentException($"Unknown argument '{option}'."),
            };
        }

        if (arguments.DataPath is null != arguments.Label is null)
            throw new ArgumentException("--data FILE and --label COLUMN belong together.");
        if (arguments.Label is not null && arguments.Ignored.Contains(arguments.Label))
            throw new ArgumentException($"--ignore names '{arguments.Label}', which is the label.");
        if (arguments.DataPath is not null && arguments.Set is not null)
            throw new ArgumentException("--data and --set exclude each other.");
        return arguments;
    }

    private static string Single(string option, string[] values) => values is [var value]
        ? value
        : throw new ArgumentException($"{option} needs one value, but got {values.Length}.");

    private static char Character(string option, string[] values) => Single(option, values) switch
    {
        "tab" or "\\t" => '\t',
        [var one] when one is not ('"' or '\n' or '\r') => one,
        _ => throw new ArgumentException($"{option} needs one character other than a quote or a line break, or the word tab, but got '{values[0]}'."),
    };

    private static int WholeNumber(string option, string[] values, int lowest) =>
        int.TryParse(Single(option, values), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= lowest
            ? number
            : throw new ArgumentException($"{option} needs a whole number{(lowest > int.MinValue ? $" of at least {lowest}" : "")}, but got '{values[0]}'.");
}
