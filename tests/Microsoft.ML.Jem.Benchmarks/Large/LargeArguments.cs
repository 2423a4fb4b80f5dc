using System.Globalization;
using Microsoft.ML.Jem.Benchmarks.Fit;

namespace Microsoft.ML.Jem.Benchmarks.Large;

/// <summary>Which large sets are trained on, and where the figures go.</summary>
/// <param name="Shapes">Rows and features of each set.</param>
/// <param name="Seed">Seed of the rows and of the training.</param>
/// <param name="OutputPath">The JSON file to write.</param>
/// <param name="Options">Changes to the options of our trainer.</param>
internal sealed record LargeArguments(IReadOnlyList<LargeShape> Shapes, int Seed, string OutputPath, IReadOnlyList<OptionChange> Options)
{
    public const string Flag = "--large";

    public const string Usage =
        """
        Measures fit time and peak memory of Jem with defaults on large synthetic sets, a process for each.

          --large                these measurements
          --sets 1000x10,...     rows x features of each set (default: 100000x100,1000000x20)
          --seed K               seed of the rows and of the training (default: 0)
          --output FILE          the JSON file to write (default: large.json)
          --option Name=Value    set an option of JemTrainer.Options, such as SamplerSteps=1; may be repeated
        """;

    /// <exception cref="ArgumentException">An argument is unknown, lacks its value or has a wrong one.</exception>
    public static LargeArguments Parse(string[] arguments)
    {
        var parsed = new LargeArguments([new(100_000, 100), new(1_000_000, 20)], 0, "large.json", []);
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            string Value() => ++i < arguments.Length && !arguments[i].StartsWith("--", StringComparison.Ordinal)
                ? arguments[i]
                : throw new ArgumentException($"{name} needs a value.");
            int Seed() => int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out int seed)
                ? seed
                : throw new ArgumentException($"{name} needs a whole number from 0 on, but got '{arguments[i]}'.");
            parsed = name switch
            {
                Flag => parsed,
                "--sets" => parsed with { Shapes = [.. Value().Split(',').Select(LargeShape.Parse)] },
                "--seed" => parsed with { Seed = Seed() },
                "--output" => parsed with { OutputPath = Value() },
                "--option" => parsed with { Options = [.. parsed.Options, OptionChange.Parse(Value())] },
                _ => throw new ArgumentException($"Unknown argument '{name}'."),
            };
        }

        return parsed;
    }

    /// <summary>The arguments that measure one of the sets alone.</summary>
    public IEnumerable<string> For(LargeShape shape, string outputPath) =>
    [
        Flag, "--sets", shape.ToString(), "--seed", Seed.ToString(CultureInfo.InvariantCulture), "--output", outputPath,
        .. Options.SelectMany(option => new[] { "--option", option.Text }),
    ];
}
