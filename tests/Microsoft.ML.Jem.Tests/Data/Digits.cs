using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Tests.Data;

/// <summary>The digits data set in Data/digits: classes 0 to 7, and two classes never trained on.</summary>
internal static class Digits
{
    public const int ClassCount = 8;

    public static TrainingRows Train => Rows("train");

    public static TrainingRows Test => Rows("test");

    /// <summary>Rows of unseen classes, all unlabelled.</summary>
    public static TrainingRows Novel => Rows("novel");

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

    /// <summary>The digits of a split, as an application would hold them: "train" and "test" hold 0 to 7, "novel" 8 and 9.</summary>
    public static Digit[] Read(string split)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Data", "digits", $"{split}.csv.gz");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        reader.ReadLine();
        var digits = new List<Digit>();
        while (reader.ReadLine() is { } line)
        {
            string[] cells = line.Split(',');
            digits.Add(new Digit { Label = cells[0], Features = [.. cells.Skip(1).Select(cell => float.Parse(cell, CultureInfo.InvariantCulture))] });
        }

        return [.. digits];
    }

    private static TrainingRows Rows(string split)
    {
        Digit[] digits = Read(split);
        int[] classes = [.. digits.Select(digit => int.Parse(digit.Label.TrimStart('c'), CultureInfo.InvariantCulture))];
        var features = new DenseFeatureMatrix([.. digits.SelectMany(digit => digit.Features)], digits.Length, digits[0].Features.Length);
        return new TrainingRows(features, [.. classes.Select(c => c < ClassCount ? c : TrainingRows.Unlabelled)], null, ClassCount);
    }

    /// <summary>One digit.</summary>
    public sealed class Digit
    {
        public string Label { get; set; } = "";

        [VectorType(64)]
        public float[] Features { get; set; } = [];
    }
}
