using System.Globalization;

namespace Quickstart;

/// <summary>The command line: <c>[--json PATH] [--seed N] [--output DIR] [--members N]</c>.</summary>
internal sealed record Arguments(string? JsonPath, int Seed, string Output, int? Members)
{
    public const string Usage = "Usage: Quickstart [--json PATH] [--seed N] [--output DIR] [--members N]";

    public static Arguments Parse(string[] args)
    {
        var arguments = new Arguments(null, 1, Path.Combine(Directory.GetCurrentDirectory(), "artifacts", "quickstart"), null);
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} needs a value. {Usage}");
            arguments = args[i] switch
            {
                "--json" => arguments with { JsonPath = value },
                "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out int seed) => arguments with { Seed = seed },
                "--seed" => throw new ArgumentException($"--seed needs a whole number, but got '{value}'. {Usage}"),
                "--members" when int.TryParse(value, CultureInfo.InvariantCulture, out int members) => arguments with { Members = members },
                "--members" => throw new ArgumentException($"--members needs a whole number, but got '{value}'. {Usage}"),
                "--output" => arguments with { Output = value },
                _ => throw new ArgumentException($"Unknown argument '{args[i]}'. {Usage}"),
            };
        }

        return arguments;
    }
}
