using System.IO.Compression;

namespace ModelComparison;

/// <summary>A data set inside the program.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="FileName">Its file.</param>
/// <param name="Label">The column to predict.</param>
/// <param name="Unseen">Classes kept from training unless asked otherwise.</param>
internal sealed record EmbeddedSet(string Name, string FileName, string Label, params string[] Unseen)
{
    public static readonly EmbeddedSet[] All =
    [
        new("digits", "digits.csv.gz", "label", "8", "9"),
        new("penguins", "penguins.csv", "species", "Chinstrap"),
        new("wine", "wine.csv", "label", "2"),
        new("breast_cancer", "breast_cancer.csv", "label"),
        new("iris", "iris.csv", "label"),
    ];

    /// <exception cref="ArgumentException">There is no such set.</exception>
    public static EmbeddedSet Find(string name) => All.FirstOrDefault(set => set.Name == name)
        ?? throw new ArgumentException($"There is no embedded set '{name}': expected {string.Join(", ", All.Select(set => set.Name))}.");

    public byte[] Read()
    {
        using Stream file = typeof(EmbeddedSet).Assembly.GetManifestResourceStream(FileName)!;
        return Bytes(file, FileName);
    }

    /// <summary>All of a file, unpacked where its name ends in .gz.</summary>
    public static byte[] Bytes(Stream file, string name)
    {
        using Stream content = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }
}
