using System.Globalization;

namespace Microsoft.ML.Jem.Quality;

/// <summary>What is measured.</summary>
/// <param name="Sets">Names of the sets; all where empty.</param>
/// <param name="Variants">Names of the ways to train.</param>
/// <param name="Seeds">Seeds 0 to this − 1.</param>
/// <param name="Data">Folder with more sets, or null.</param>
/// <param name="Output">Where the figures go: this name with .jsonl and .md.</param>
/// <param name="Stability">Whether to try hostile settings instead.</param>
internal sealed record Arguments(string[] Sets, string[] Variants, int Seeds, string? Data, string Output, bool Stability)
{
    public const string Usage =
        """
        Measures Jem beside its baselines and LightGbm.

          --sets a,b      sets (default: all there are)
          --variants a,b  default, plain, penalty, lightgbm (default: all)
          --seeds N       trainings of each (default: 5)
          --data DIR      folder with letter, nslkdd, fashion-mnist
          --output NAME   figures go to NAME.jsonl, tables to NAME.md (default: results); what NAME.jsonl holds is not measured again
          --stability     50 trainings with hostile settings instead
        """;

    /// <exception cref="ArgumentException">An argument is unknown or has no value.</exception>
    public static Arguments Parse(string[] arguments)
    {
        var parsed = new Arguments([], [.. Variant.All.Select(variant => variant.Name)], 5, null, "results", false);
        for (int i = 0; i < arguments.Length; i++)
        {
            string Value() => ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} needs a value.");
            parsed = arguments[i] switch
            {
                "--sets" => parsed with { Sets = Value().Split(',') },
                "--variants" => parsed with { Variants = Value().Split(',') },
                "--seeds" => parsed with { Seeds = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--data" => parsed with { Data = Value() },
                "--output" => parsed with { Output = Value() },
                "--stability" => parsed with { Stability = true },
                _ => throw new ArgumentException($"Unknown argument '{arguments[i]}'."),
            };
        }

        return parsed;
    }
}
