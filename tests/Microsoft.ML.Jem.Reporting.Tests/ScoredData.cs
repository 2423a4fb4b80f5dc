using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Reporting.Tests;

/// <summary>Scored rows made by hand, and those of other trainers.</summary>
internal static class ScoredData
{
    public const uint NoLabel = 3;

    /// <summary>A scored row; its label is the class from 0, <see cref="NoLabel"/> where it is missing.</summary>
    public sealed class Row
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];

        public float Energy { get; set; }

        public float OodScore { get; set; }
    }

    public sealed class Plain
    {
        public string Label { get; set; } = "";

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }

    /// <summary>Rows whose confidence, energy and out-of-distribution score vary; every fifth answer is wrong.</summary>
    public static Row[] Rows(int count = 60, float shift = 0) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            float confidence = 0.4f + 0.6f * (i % 17) / 17;
            var score = new float[3];
            Array.Fill(score, (1 - confidence) / 2);
            score[i % 3] = confidence;
            return new Row
            {
                Label = (uint)(i % 5 == 0 ? (i + 1) % 3 : i % 3),
                Score = score,
                Energy = MathF.Sin(i) + shift,
                OodScore = Math.Clamp((i % 20 + 0.5f) / 20 + shift, 0, 0.999f),
            };
        }),
    ];

    /// <summary>Three clouds of points with text labels.</summary>
    public static Plain[] Clouds(int count = 120)
    {
        var random = new Random(1);
        return
        [
            .. Enumerable.Range(0, count).Select(i => new Plain
            {
                Label = $"class <{i % 3}> & \"more\"",
                Features = [(float)(2 * (i % 3) + random.NextDouble()), (float)(i % 3 == 1 ? 3 + random.NextDouble() : random.NextDouble())],
            }),
        ];
    }
}
