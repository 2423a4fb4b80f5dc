using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Tests;

/// <summary>Small clouds of points that train in a second, and what the tests do with them.</summary>
internal static class TestData
{
    /// <summary>A labelled row.</summary>
    public sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType(4)]
        public float[] Features { get; set; } = [];

        public float Weight { get; set; } = 1;
    }

    /// <summary>What a model says of a row.</summary>
    public sealed class Scored
    {
        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];

        public float Energy { get; set; }

        public float OodScore { get; set; }
    }

    /// <summary>Three Gaussian clouds in four dimensions, labelled a, b and c, shuffled.</summary>
    public static Row[] Clouds(int rowsPerClass = 60, int seed = 1)
    {
        var random = new Random(seed);
        string[] names = ["a", "b", "c"];
        float[][] centres = [[3, 0, 0, 1], [0, 3, 0, -1], [0, 0, 3, 0]];
        Row[] rows =
        [
            .. Enumerable.Range(0, 3 * rowsPerClass).Select(i => new Row
            {
                Label = names[i % 3],
                Features = [.. centres[i % 3].Select(centre => centre + (float)Normal(random))],
            }),
        ];
        random.Shuffle(rows);
        return rows;
    }

    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Settings that train on <see cref="Clouds"/> in about a second.</summary>
    public static JemTrainer.Options Fast(Action<JemTrainer.Options>? change = null)
    {
        var options = new JemTrainer.Options { NumberOfEpochs = 8 };
        change?.Invoke(options);
        return options;
    }

    /// <summary>Label to key, then Jem.</summary>
    public static IEstimator<TransformerChain<JemTransformer>> Pipeline(MLContext context, JemTrainer.Options? options = null) =>
        context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.MulticlassClassification.Trainers.Jem(options ?? Fast()));

    public static Scored[] Read(MLContext context, IDataView scored) =>
        [.. context.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false, ignoreMissingColumns: true)];
}
