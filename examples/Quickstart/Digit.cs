using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Data;

namespace Quickstart;

/// <summary>A handwritten digit: 64 pixel values from 0 to 16, and which digit it is.</summary>
public sealed class Digit
{
    public string Label { get; set; } = "";

    [VectorType(64)]
    public float[] Features { get; set; } = [];

    public static Digit[] Read(string fileName)
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Data", fileName));
        using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        text.ReadLine();
        var digits = new List<Digit>();
        while (text.ReadLine() is { } line)
        {
            string[] values = line.Split(',');
            digits.Add(new Digit
            {
                Label = values[0],
                Features = [.. values.Skip(1).Select(value => float.Parse(value, CultureInfo.InvariantCulture))],
            });
        }

        return [.. digits];
    }
}

/// <summary>What the model says of a digit.</summary>
public sealed class Prediction
{
    [ColumnName("LabelName")]
    public string Label { get; set; } = "";

    [ColumnName("PredictedName")]
    public string Predicted { get; set; } = "";

    public float[] Score { get; set; } = [];

    public float Energy { get; set; }

    public float OodScore { get; set; }
}
