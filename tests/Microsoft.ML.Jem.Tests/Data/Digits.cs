using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Tests.Data;

/// <summary>The digits data set in Data/digits: classes 0 to 7, and two classes never trained on.</summary>
internal static class Digits
{
    public const int ClassCount = 8;

    public static TrainingRows Train => Read("train.csv.gz");

    public static TrainingRows Test => Read("test.csv.gz");

    /// <summary>Rows of unseen classes, all unlabelled.</summary>
    public static TrainingRows Novel => Read("novel.csv.gz");

    /// <summary>Rows <paramref name="from"/> to before <paramref name="to"/>.</summary>
    public static TrainingRows Slice(this TrainingRows rows, int from, int to)
    {
        int[] chosen = [.. Enumerable.Range(from, to - from)];
        var values = new float[chosen.Length * rows.Features.Width];
        rows.Features.CopyRows(chosen, values);
        return rows with
        {
            Features = new DenseFeatureMatrix(values, chosen.Length, rows.Features.Width),
            Labels = rows.Labels[from..to],
            Weights = rows.Weights?[from..to],
        };
    }

    private static TrainingRows Read(string fileName)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Data", "digits", fileName);
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        reader.ReadLine();
        var labels = new List<int>();
        var values = new List<float>();
        while (reader.ReadLine() is { } line)
        {
            string[] cells = line.Split(',');
            int digit = int.Parse(cells[0].TrimStart('c'), CultureInfo.InvariantCulture);
            labels.Add(digit < ClassCount ? digit : TrainingRows.Unlabelled);
            values.AddRange(cells.Skip(1).Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)));
        }

        return new TrainingRows(new DenseFeatureMatrix([.. values], labels.Count, values.Count / labels.Count), [.. labels], null, ClassCount);
    }
}
