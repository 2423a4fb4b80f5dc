using System.Globalization;

namespace Quickstart;

/// <summary>The command line.</summary>
internal sealed record Arguments(string? JsonPath, int Seed, string Output, int? Members)
{
    public const string Usage = """
        Trains on handwritten digits, and shows what the model says of digits it has never seen.

        Usage: Quickstart [--json PATH] [--seed N] [--output DIR] [--members N]

          --json PATH    where the numbers measured go, as JSON
          --seed N       seed of the training (default 1)
          --output DIR   where the model and the report go (default artifacts/quickstart)
          --members N    networks trained and averaged (default: the number of rows decides)
          --help         shows this text
        """;

    public static Arguments Parse(string[] args)
    {
        var arguments = new Arguments(null, 1, Path.Combine(Directory.GetCurrentDirectory(), "artifacts", "quickstart"), null);
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} needs a value.\n{Usage}");
            arguments = args[i] switch
            {
                "--json" => arguments with { JsonPath = value },
                "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out int seed) => arguments with { Seed = seed },
                "--seed" => throw new ArgumentException($"--seed needs a whole number, but got '{value}'.\n{Usage}"),
                "--members" when int.TryParse(value, CultureInfo.InvariantCulture, out int members) => arguments with { Members = members },
                "--members" => throw new ArgumentException($"--members needs a whole number, but got '{value}'.\n{Usage}"),
                "--output" => arguments with { Output = value },
                _ => throw new ArgumentException($"Unknown argument '{args[i]}'.\n{Usage}"),
            };
        }

        return arguments;
    }
}
