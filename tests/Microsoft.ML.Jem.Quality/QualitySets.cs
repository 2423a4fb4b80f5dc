namespace Microsoft.ML.Jem.Quality;

/// <summary>The sets that can be measured: what stands after a dash are classes held out of training.</summary>
internal sealed class QualitySets
{
    private const int MostRows = 5000;

    private readonly Dictionary<string, Func<int, Split>> _sets = [];

    /// <param name="folder">Where the sets that do not come with the program lie, or null.</param>
    public QualitySets(string? folder)
    {
        string own = Path.Combine(AppContext.BaseDirectory, "Data");
        AddReady("digits", Path.Combine(own, "digits"));
        Add("digits-01", () => Table.Read(Path.Combine(own, "digits", "digits.csv.gz")), "0", "1");
        foreach ((string name, string label, string[] unseen) in new[]
        {
            ("penguins", "species", new[] { "Chinstrap" }), ("wine", "label", ["1"]), ("iris", "label", ["1"]), ("breast_cancer", "label", []),
        })
        {
            Add(name, () => Table.Read(Path.Combine(own, "small", $"{name}.csv"), label));
            if (unseen.Length > 0)
                Add($"{name}-{unseen[0]}", () => Table.Read(Path.Combine(own, "small", $"{name}.csv"), label), unseen);
        }

        AddDrawn("tail", seed => SyntheticSets.Grains(seed), "6");
        AddDrawn("between", seed => SyntheticSets.Grains(seed), "1", "2");
        AddDrawn("ring", seed => SyntheticSets.Ring(seed), "centre");
        AddDrawn("gaussians", seed => SyntheticSets.Gaussians(seed), "5");
        if (folder is not null)
            AddFrom(folder);
    }

    /// <summary>Names of the sets.</summary>
    public IEnumerable<string> Names => _sets.Keys;

    /// <summary>The set <paramref name="name"/>, cut by <paramref name="seed"/> where it does not come cut.</summary>
    public Split Load(string name, int seed) => _sets.TryGetValue(name, out Func<int, Split>? load)
        ? load(seed)
        : throw new ArgumentException($"There is no set '{name}': expected {string.Join(", ", Names)}. Some need --data.");

    private void AddFrom(string folder)
    {
        if (Directory.Exists(Path.Combine(folder, "letter")))
        {
            string letter = Path.Combine(folder, "letter");
            AddReady("letter", letter);
            Add("letter-5", () => Parts(letter).Aggregate((a, b) => a.And(b)), "c3", "c8", "c13", "c17", "c22");
        }

        string fashion = Path.Combine(folder, "fashion-mnist");
        if (Directory.Exists(fashion))
            Add("fashion-68", () => FashionImages.Read(fashion, 12_000), "6", "8");
        if (Directory.Exists(Path.Combine(folder, "nslkdd")))
            AddReady("nslkdd", Path.Combine(folder, "nslkdd"));
    }

    private static IEnumerable<Table> Parts(string folder) =>
        new[] { "train", "test", "novel" }.Select(part => Table.Read(Path.Combine(folder, $"{part}.csv.gz")));

    private void AddReady(string name, string folder) => _sets[name] = _ =>
    {
        Table[] parts = [.. Parts(folder)];
        return Split.Of(name, parts[0], parts[1], parts[2].Rows);
    };

    private void Add(string name, Func<Table> read, params string[] unseen) =>
        _sets[name] = seed => Split.Holding(name, read(), unseen, seed, MostRows);

    private void AddDrawn(string name, Func<int, Table> draw, params string[] unseen) =>
        _sets[name] = seed => Split.Holding(name, draw(seed), unseen, seed, MostRows);
}
