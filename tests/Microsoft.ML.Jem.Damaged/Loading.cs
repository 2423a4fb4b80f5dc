using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Damaged;

/// <summary>Loads a file with ML.NET and says what it is, so that two files can be compared.</summary>
internal static class Loading
{
    /// <summary>A model.zip: a hash of all that its model says of some rows, and of the schema that it takes.</summary>
    public static string Model(byte[] file)
    {
        var context = new MLContext();
        using var stream = new MemoryStream(file, writable: false);
        ITransformer model = context.Model.Load(stream, out DataViewSchema? schema);
        using var disposable = model as IDisposable;

        var said = new StringBuilder();
        foreach (Scored row in context.Data.CreateEnumerable<Scored>(model.Transform(context.Data.LoadFromEnumerable(Rows())), reuseRowObject: true))
            said.Append(CultureInfo.InvariantCulture, $"{row.PredictedLabel} {string.Join(' ', row.Score)} {row.Energy} {row.OodScore};");
        string takes = schema is null ? "no schema" : string.Join(", ", schema.Select(column => $"{column.Name} {column.Type}"));
        return $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(said.ToString())))} {takes}";
    }

    /// <summary>Only what ML.NET reads first, the schema, by itself.</summary>
    public static string Schema(byte[] entry)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, entry);
            return string.Join(", ", new MLContext().Data.LoadFromBinary(path).Schema.Select(column => $"{column.Name} {column.Type}"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static IEnumerable<Row> Rows() =>
        Enumerable.Range(0, 12).Select(i => new Row { Features = [.. Enumerable.Range(0, 4).Select(j => MathF.Sin((7 * i) + j) * 3)] });

    private sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Scored
    {
        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];

        public float Energy { get; set; }

        public float OodScore { get; set; }
    }
}
