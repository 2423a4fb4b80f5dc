using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Tests;

/// <summary>Small clouds of points that any trainer learns in a second.</summary>
internal static partial class TestData
{
    /// <summary>A labelled row.</summary>
    public sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType(4)]
        public float[] Features { get; set; } = [];

        public float Weight { get; set; } = 1;
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
}
