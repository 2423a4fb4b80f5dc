using Microsoft.ML.Jem.Quality;

namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>
/// The sets in a folder. A subfolder with train.csv.gz, test.csv.gz and novel.csv.gz is one set that comes split; other
/// subfolders hold whole sets, a file each, which are split by seed.
/// </summary>
internal sealed class FitSets
{
    private const double TestShare = 0.3;

    /// <summary>From as many classes on, some are left out of training.</summary>
    private const int ClassesToLeaveOut = 4;

    private static readonly string[] Parts = ["train.csv.gz", "test.csv.gz", "novel.csv.gz"];

    private readonly Dictionary<string, string> _paths;

    /// <exception cref="IOException">There are no sets, or two of the same name.</exception>
    public FitSets(string folder)
    {
        if (!Directory.Exists(folder))
            throw new IOException($"There is no folder '{folder}'.");
        string[] paths = [.. Directory.GetDirectories(folder).SelectMany(Find).OrderBy(Size).ThenBy(path => path, StringComparer.Ordinal)];
        if (paths.GroupBy(Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new IOException($"Two sets are called '{twice.Key}': {string.Join(" and ", twice)}.");
        _paths = paths.ToDictionary(Name);
        if (paths.Length == 0)
            throw new IOException($"The folder '{folder}' holds no sets: expected subfolders with {string.Join(", ", Parts)}, or with files that end in .csv or .csv.gz.");
    }

    /// <summary>Names of the sets, the smallest file first.</summary>
    public IReadOnlyCollection<string> Names => _paths.Keys;

    /// <summary>A set, split by the seed where it does not come split.</summary>
    public Split Load(string name, int seed)
    {
        string path = _paths[name];
        if (!Directory.Exists(path))
            return Cut(name, Table.Read(path, name == "penguins" ? "species" : "label"), seed);
        Table[] parts = [.. Parts.Select(part => Table.Read(Path.Combine(path, part)))];
        return Split.Of(name, parts[0], parts[1], parts[2].Rows);
    }

    /// <summary>Leaves a quarter of four or more classes out, and splits each of the others 70 to 30.</summary>
    private static Split Cut(string name, Table all, int seed)
    {
        var random = new Random(seed);
        string[] classes = [.. all.Labels.Distinct().Order(StringComparer.Ordinal)];
        random.Shuffle(classes);
        int leftOut = classes.Length < ClassesToLeaveOut ? 0 : Math.Max(1, classes.Length / 4);
        ILookup<string, int> rows = Enumerable.Range(0, all.Rows.Length).ToLookup(row => all.Labels[row]);
        var train = new List<int>();
        var test = new List<int>();
        foreach (string known in classes.Skip(leftOut))
        {
            int[] own = [.. rows[known]];
            random.Shuffle(own);
            int tested = (int)Math.Round(TestShare * own.Length);
            test.AddRange(own.Take(tested));
            train.AddRange(own.Skip(tested));
        }

        // Rows come class by class now. Neither trainer should depend on that.
        int[] shuffled = [.. train];
        random.Shuffle(shuffled);
        return Split.Of(name, all.Take(shuffled), all.Take(test), all.Take(classes.Take(leftOut).SelectMany(novel => rows[novel])).Rows);
    }

    private static IEnumerable<string> Find(string folder) => Parts.All(part => File.Exists(Path.Combine(folder, part)))
        ? [folder]
        : Directory.GetFiles(folder).Where(path => path.EndsWith(".csv", StringComparison.Ordinal) || path.EndsWith(".csv.gz", StringComparison.Ordinal));

    private static string Name(string path) => Path.GetFileName(path).Split('.')[0];

    private static long Size(string path) => new FileInfo(Directory.Exists(path) ? Path.Combine(path, Parts[0]) : path).Length;
}
