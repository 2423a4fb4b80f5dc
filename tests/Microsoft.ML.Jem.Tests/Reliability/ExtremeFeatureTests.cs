using CsCheck;
using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>Whatever the features, the scores are what they promise to be.</summary>
public sealed class ExtremeFeatureTests(CloudModel model) : IClassFixture<CloudModel>
{
    private static readonly float[] Edges =
    [
        0f, -0f, float.Epsilon, -float.Epsilon, 1e-40f, 1e30f, -1e30f, 1e38f, float.MaxValue, float.MinValue,
        float.NaN, float.PositiveInfinity, float.NegativeInfinity,
    ];

    /// <summary>Denormal, tiny, ordinary, huge and largest values, zeros of both signs, and values that are no number.</summary>
    private static readonly Gen<float> AnyFeature = Gen.OneOf(
        Gen.Float[-10, 10],
        Gen.Float,
        Gen.Int[0, Edges.Length - 1].Select(i => Edges[i]));

    [Fact]
    public void Scores_of_dense_rows_keep_their_promises() =>
        AnyFeature.Array[4].Array[1, 50].Sample(rows => Check(rows, model.Jem.Transform(Dense(rows))), iter: 200);

    [Fact]
    public void Scores_of_sparse_rows_are_those_of_dense_ones() =>
        Gen.Select(AnyFeature, Gen.Int[0, 3]).Array[1, 30].Sample(values =>
        {
            float[][] rows = [.. values.Select(value => (float[])[.. Enumerable.Range(0, 4).Select(i => i == value.Item2 ? value.Item1 : 0f)])];
            IDataView sparse = model.Context.Data.LoadFromEnumerable(values.Select(value => new SparseRow
            {
                Features = new VBuffer<float>(4, 1, [value.Item1], [value.Item2]),
            }));

            TestData.Scored[] expected = Check(rows, model.Jem.Transform(Dense(rows)));
            TestData.Scored[] actual = Check(rows, model.Jem.Transform(sparse));
            Assert.Equal(expected.Select(row => row.Energy), actual.Select(row => row.Energy));
            Assert.Equal(expected.Select(row => row.OodScore), actual.Select(row => row.OodScore));
        }, iter: 100);

    [Fact]
    public void A_prediction_engine_keeps_the_same_promises()
    {
        using var engine = model.Context.Model.CreatePredictionEngine<Vector, TestData.Scored>(
            model.Jem, new PredictionEngineOptions { OwnsTransformer = false });
        AnyFeature.Array[4].Sample(row => CheckRow(row, engine.Predict(new Vector { Features = row })), iter: 2000, threads: 1);
    }

    private IDataView Dense(float[][] rows) => model.Context.Data.LoadFromEnumerable(rows.Select(row => new Vector { Features = row }));

    private TestData.Scored[] Check(float[][] rows, IDataView data)
    {
        TestData.Scored[] scored = TestData.Read(model.Context, data);
        Assert.Equal(rows.Length, scored.Length);
        for (int i = 0; i < rows.Length; i++)
            CheckRow(rows[i], scored[i]);
        return scored;
    }

    private static void CheckRow(float[] features, TestData.Scored scored)
    {
        Assert.InRange(scored.OodScore, 0, 1 - 1e-6f);
        if (!features.All(float.IsFinite))
        {
            // Such a row cannot be classified: no label, and as unfamiliar as can be.
            Assert.Equal(0u, scored.PredictedLabel);
            Assert.All(scored.Score, value => Assert.True(float.IsNaN(value)));
            Assert.True(scored.OodScore > 0.9f);
            return;
        }

        Assert.True(float.IsFinite(scored.Energy));
        Assert.All(scored.Score, value => Assert.InRange(value, 0, 1.00001f));
        Assert.Equal(1, scored.Score.Sum(), 1e-4);
        Assert.Equal(scored.Score.Max(), scored.Score[scored.PredictedLabel - 1]);
    }

    private sealed class Vector
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }

    private sealed class SparseRow
    {
        [VectorType(4)]
        public VBuffer<float> Features { get; set; }
    }
}
