using Microsoft.ML.Data;
using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Benchmarks.Data;

/// <summary>Rows in memory as ML.NET sees them.</summary>
internal static class Rows
{
    /// <summary>A view of rows that are held already.</summary>
    public static IDataView View(MLContext context, IEnumerable<Row> rows, int width, int classCount)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        schema[nameof(Row.Label)].ColumnType = new KeyDataViewType(typeof(uint), classCount);
        return context.Data.LoadFromEnumerable(rows, schema);
    }

    /// <summary>The rows of a training set.</summary>
    public static Row[] Of(TrainingRows rows)
    {
        var all = new Row[rows.Count];
        for (int i = 0; i < all.Length; i++)
        {
            var features = new float[rows.Features.Width];
            rows.Features.CopyRow(i, features);
            all[i] = new Row { Label = (uint)rows.Labels[i], Features = features };
        }

        return all;
    }

    /// <summary>Made-up rows: a cloud around a random centre for each class.</summary>
    public static TrainingRows MakeUp(int count, int width, int classCount, double spread, int seed)
    {
        var random = new Random(seed);
        float[][] centres = [.. Enumerable.Range(0, classCount).Select(_ => Enumerable.Range(0, width).Select(_ => (2 * random.NextSingle()) - 1).ToArray())];
        var values = new float[count * width];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = random.Next(classCount);
            for (int j = 0; j < width; j++)
                values[(i * width) + j] = centres[labels[i]][j] + (float)(spread * ((2 * random.NextDouble()) - 1));
        }

        return new TrainingRows(new DenseFeatureMatrix(values, count, width), labels, null, classCount);
    }
}

/// <summary>A row with its class.</summary>
internal sealed class Row
{
    /// <summary>A key counted from 0, as in any class ML.NET reads.</summary>
    public uint Label { get; set; }

    public float[] Features { get; set; } = [];
}

/// <summary>What the library says of a row.</summary>
internal sealed class Scored
{
    public float[] Score { get; set; } = [];

    public float OodScore { get; set; }
}
