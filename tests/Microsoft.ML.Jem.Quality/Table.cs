using System.Globalization;
using System.IO.Compression;

namespace Microsoft.ML.Jem.Quality;

/// <summary>Labelled rows of numbers.</summary>
/// <param name="Rows">Features of each row.</param>
/// <param name="Labels">Class of each row.</param>
internal sealed record Table(float[][] Rows, string[] Labels)
{
    /// <summary>
    /// Reads a file of comma-separated values with a header, packed where its name ends in .gz. Columns with text become one 0/1
    /// column a value, missing numbers the column's mean.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="label">Name of the column with the class.</param>
    public static Table Read(string path, string label = "label")
    {
        using Stream file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content);
        string[] header = reader.ReadLine()!.Split(',');
        int labelColumn = Array.IndexOf(header, label);
        if (labelColumn < 0)
            throw new InvalidDataException($"'{path}' has no column '{label}': its header is {string.Join(", ", header)}.");

        var cells = new List<string[]>();
        while (reader.ReadLine() is { Length: > 0 } line)
            cells.Add(line.Split(','));
        float[][][] columns = [.. Enumerable.Range(0, header.Length).Where(j => j != labelColumn).Select(j => Numbers([.. cells.Select(row => row[j])]))];
        return new Table(
            [.. cells.Select((_, i) => columns.SelectMany(column => column[i]).ToArray())],
            [.. cells.Select(row => row[labelColumn])]);
    }

    /// <summary>The rows of both.</summary>
    public Table And(Table other) => new([.. Rows, .. other.Rows], [.. Labels, .. other.Labels]);

    /// <summary>The chosen rows.</summary>
    public Table Take(IEnumerable<int> rows)
    {
        int[] chosen = [.. rows];
        return new Table(Array.ConvertAll(chosen, row => Rows[row]), Array.ConvertAll(chosen, row => Labels[row]));
    }

    private static float[][] Numbers(string[] cells)
    {
        float?[] numbers = Array.ConvertAll(cells, cell =>
            float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && float.IsFinite(number) ? number : (float?)null);
        if (cells.Where((cell, i) => numbers[i] is null && !IsMissing(cell)).Any())
        {
            string[] values = [.. cells.Distinct().Order(StringComparer.Ordinal)];
            return Array.ConvertAll(cells, cell => Array.ConvertAll(values, value => value == cell ? 1f : 0f));
        }

        float mean = numbers.Average() ?? 0;
        return Array.ConvertAll(numbers, number => new[] { number ?? mean });
    }

    private static bool IsMissing(string cell) => cell is "" or "?" or "NA" or "NaN" or "nan";
}
