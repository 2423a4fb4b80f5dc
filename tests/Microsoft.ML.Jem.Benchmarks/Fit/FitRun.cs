using Microsoft.ML.Jem.Benchmarks.Ratios;
using Microsoft.ML.Jem.Quality;

namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>Trains Jem and LightGbm in turns on the same rows, each alone on the machine, shows and writes what they reach.</summary>
internal static class FitRun
{
    /// <summary>Measures and returns the exit code.</summary>
    public static int Start(FitArguments arguments)
    {
        var sets = new FitSets(arguments.Folder);
        if (arguments.Sets.Except(sets.Names).ToArray() is { Length: > 0 } unknown)
            throw new ArgumentException($"There is no set {string.Join(", ", unknown)}: expected {string.Join(", ", sets.Names)}.");
        string[] names = arguments.Sets.Length > 0 ? arguments.Sets : [.. sets.Names];
        Dictionary<(string Set, int Seed), FitRow>? earlier = arguments.PeerPath is null ? null : Earlier(arguments.PeerPath, names, arguments.Seeds);
        var file = new JsonFile(arguments.OutputPath, "The figures");
        Variant jem = arguments.Jem(), lightGbm = Variant.Find("lightgbm");
        WarmUp(earlier is null ? [jem, lightGbm] : [jem]);

        var table = new FitTable(Console.Out);
        table.WriteHeader();
        var rows = new List<FitRow>();
        foreach (string name in names)
        {
            foreach (int seed in arguments.Seeds)
            {
                Split split = sets.Load(name, seed);
                FitRow row = Measure(split, seed, jem, lightGbm, earlier?[(name, seed)]);
                rows.Add(row);
                table.Write(row);
                FitSet[] done = FitSet.All(rows);
                file.Write(new FitReport(
                    Machine.Describe(), [.. arguments.Options.Select(option => option.Text)], arguments.PeerPath, [.. rows], done, FitSummary.Of(done)));
            }
        }

        FitSet[] all = FitSet.All(rows);
        table.Write(all, FitSummary.Of(all));
        Console.WriteLine($"Written to {arguments.OutputPath}.");
        return 0;
    }

    /// <summary>Takes LightGbm's figures from an earlier row, or trains both, ours first with every other seed.</summary>
    private static FitRow Measure(Split split, int seed, Variant jem, Variant lightGbm, FitRow? earlier)
    {
        FitFigures? theirs = earlier?.LightGbm ?? (seed % 2 == 0 ? null : FitFigures.Measure(lightGbm, split, seed));
        var ours = FitFigures.Measure(jem, split, seed);
        var row = FitRow.Of(split, seed, ours, theirs ?? FitFigures.Measure(lightGbm, split, seed));
        return earlier is null || row.HasRowsOf(earlier)
            ? row
            : throw new InvalidDataException($"The earlier figures of {split.Name} with seed {seed} are of other rows.");
    }

    /// <summary>What is loaded and compiled at a first fit is not measured.</summary>
    private static void WarmUp(IEnumerable<Variant> variants)
    {
        var tiny = Split.Holding("warm-up", SyntheticSets.Gaussians(seed: 1, rowCount: 200, width: 4, classes: 3), [], seed: 1);
        foreach (Variant variant in variants)
            FitFigures.Measure(variant, tiny, seed: 1);
    }

    private static Dictionary<(string Set, int Seed), FitRow> Earlier(string path, string[] names, int[] seeds)
    {
        var rows = FitReport.Read(path).Rows.ToDictionary(row => (row.Set, row.Seed));
        (string Set, int Seed)[] missing = [.. names.SelectMany(name => seeds.Select(seed => (name, seed))).Where(key => !rows.ContainsKey(key))];
        return missing.Length == 0
            ? rows
            : throw new ArgumentException($"'{path}' lacks {missing.Length} of LightGbm's {names.Length * seeds.Length} figures, the first that of {missing[0].Set} with seed {missing[0].Seed}.");
    }
}
