using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Shared;

/// <summary>The options of a program with the values given for them; no action is run.</summary>
internal abstract class ProgramArguments(RootCommand command, string[] args)
{
    private readonly ParseResult _parsed = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

    /// <summary>Shows the help where it was asked for, or what is wrong with the arguments.</summary>
    /// <returns>The exit code that the program ends with, 2 for wrong arguments; null where it goes on.</returns>
    public int? Answer()
    {
        if (_parsed.Action is null)
            return null;
        bool isWrong = _parsed.Errors.Count > 0;
        int code = _parsed.Invoke(new InvocationConfiguration { Output = isWrong ? Console.Error : Console.Out });
        return isWrong ? 2 : code;
    }

    /// <summary>The value of an option, or null.</summary>
    protected T? Value<T>(string option) => _parsed.GetValue<T>(option);

    /// <summary>The values of an option, or null; there is no option without a value.</summary>
    protected string[]? Values(string option) => _parsed.GetValue<string[]>(option) is { Length: > 0 } given ? given : null;

    /// <summary>The words given for an option, right or wrong, for rules between options; null where it was not given.</summary>
    protected static string[]? Given(CommandResult command, string option) =>
        command.GetResult(option) is { } result ? [.. result.Tokens.Select(token => token.Value)] : null;

    /// <summary>An option with one value.</summary>
    protected static Option<string> Text(string name, string value, string description) => new(name) { HelpName = value, Description = description };

    /// <summary>An option with several values, after one another or each with the option's name before it.</summary>
    protected static Option<string[]> Texts(string name, string value, string description) => new(name)
    {
        HelpName = value,
        Description = description,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>An option with a whole number.</summary>
    protected static Option<int?> Number(string name, string value, string description, int lowest = int.MinValue) => new(name)
    {
        HelpName = value,
        Description = description,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= lowest)
                return number;
            result.AddError($"{name} needs a whole number{(lowest > int.MinValue ? $" of at least {lowest}" : "")}, but got '{text}'.");
            return null;
        },
    };
}
