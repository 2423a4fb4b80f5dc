using System.Globalization;
using Microsoft.ML.Jem.Quality;

namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>What is measured, and where the figures go.</summary>
/// <param name="Folder">The folder with the sets.</param>
/// <param name="Sets">Names of the sets; all where empty.</param>
/// <param name="Seeds">The seeds.</param>
/// <param name="OutputPath">The JSON file to write.</param>
/// <param name="PeerPath">An earlier JSON file that LightGbm's figures are taken from, or null.</param>
/// <param name="Options">Changes to the options of our trainer.</param>
internal sealed record FitArguments(
    string Folder, string[] Sets, int[] Seeds, string OutputPath, string? PeerPath, IReadOnlyList<OptionChange> Options)
{
    public const string DataFolder = "--fit";

    public const string Usage =
        """
        Measures fit time and quality of Jem beside LightGbm's, both with defaults, on the sets in a folder.

          --fit PATH             the folder: subfolders with train, test and novel.csv.gz, or with whole sets as .csv or .csv.gz
          --sets a,b             these sets alone (default: all, the smallest first)
          --seeds N              seeds 0 to N - 1 (default: 3)
          --seed K               seed K alone
          --output FILE          the JSON file to write (default: fit.json)
          --skip-lightgbm FILE   take LightGbm's figures from this earlier JSON file instead of training it
          --option Name=Value    set an option of JemTrainer.Options, such as SamplerSteps=1; may be repeated
        """;

    /// <exception cref="ArgumentException">An argument is unknown, lacks its value or has a wrong one.</exception>
    public static FitArguments Parse(string[] arguments)
    {
        string? folder = null, output = null, peer = null;
        int? count = null, seed = null;
        string[] sets = [];
        var options = new List<OptionChange>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            string Value() => ++i < arguments.Length && !arguments[i].StartsWith("--", StringComparison.Ordinal)
                ? arguments[i]
                : throw new ArgumentException($"{name} needs a value.");
            int Number(int least) => int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
                ? number
                : throw new ArgumentException($"{name} needs a whole number from {least} on, but got '{arguments[i]}'.");
            switch (name)
            {
                case DataFolder:
                    folder = Value();
                    break;
                case "--sets":
                    sets = Value().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                    break;
                case "--seeds":
                    count = Number(1);
                    break;
                case "--seed":
                    seed = Number(0);
                    break;
                case "--output":
                    output = Value();
                    break;
                case "--skip-lightgbm":
                    peer = Value();
                    break;
                case "--option":
                    options.Add(OptionChange.Parse(Value()));
                    break;
                default:
                    throw new ArgumentException($"Unknown argument '{name}'.");
            }
        }

        if (string.IsNullOrWhiteSpace(folder))
            throw new ArgumentException($"{DataFolder} PATH is missing: where are the sets?");
        if (count is not null && seed is not null)
            throw new ArgumentException("--seeds and --seed exclude each other: give the number of seeds, or one seed.");
        return new FitArguments(folder, sets, seed is int one ? [one] : [.. Enumerable.Range(0, count ?? 3)], output ?? "fit.json", peer, options);
    }

    /// <summary>Our trainer with the options changed.</summary>
    public Variant Jem() => Variant.Jem("jem", options =>
    {
        foreach (OptionChange change in Options)
            change.Apply(options);
    });
}
