using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Tests.MLNet;

public sealed class PredictionEngineTests(CloudModel model) : IClassFixture<CloudModel>
{
    private static readonly TestData.Row Row = TestData.Clouds(1)[0];

    [Fact]
    public void Predict_allocates_what_PredictionEngine_itself_does_and_nothing_more()
    {
        using PredictionEngine<TestData.Row, TestData.Scored> engine = CreateEngine<TestData.Row, TestData.Scored>(model.Jem);
        using PredictionEngine<Copied, TestData.Scored> trivial = CreateEngine<Copied, TestData.Scored>(Copying());
        var copied = new Copied { A = 1, B = [0.2f, 0.3f, 0.5f], C = 4, D = 5 };

        Assert.Equal(Allocated(() => trivial.Predict(copied)), Allocated(() => engine.Predict(Row)));
    }

    [Fact]
    public void Predict_into_a_row_of_the_callers_allocates_nothing()
    {
        using PredictionEngine<TestData.Row, TestData.Scored> engine = CreateEngine<TestData.Row, TestData.Scored>(model.Jem);
        var scored = new TestData.Scored();

        Assert.Equal(0, Allocated(() => engine.Predict(Row, ref scored)));
    }

    [Fact]
    public void An_engine_goes_on_when_a_lean_session_takes_over_and_says_the_same()
    {
        using JemTransformer jem = model.Jem.WithTemperature(2);
        using PredictionEngine<TestData.Row, Label> engine = CreateEngine<TestData.Row, Label>(jem);
        using PredictionEngine<TestData.Row, TestData.Scored> whole = CreateEngine<TestData.Row, TestData.Scored>(jem);
        TestData.Row[] rows = TestData.Clouds(300, seed: 9);

        Assert.All(rows, row => Assert.Equal(whole.Predict(row).PredictedLabel, engine.Predict(row).PredictedLabel));
        Assert.Equal(2, jem.Scorer.SessionCount);
    }

    [Fact]
    public void An_engine_whose_model_another_engine_disposed_names_the_option_that_prevents_it()
    {
        JemTransformer jem = model.Jem.WithTemperature(2);
        PredictionEngine<TestData.Row, TestData.Scored> first = model.Context.Model.CreatePredictionEngine<TestData.Row, TestData.Scored>(jem);
        using PredictionEngine<TestData.Row, TestData.Scored> second = CreateEngine<TestData.Row, TestData.Scored>(jem);
        second.Predict(Row);

        first.Dispose();

        Assert.Contains("OwnsTransformer = false", Assert.Throws<ObjectDisposedException>(() => second.Predict(Row)).Message);
        Assert.Contains("OwnsTransformer = false", Assert.ThrowsAny<ObjectDisposedException>(() => CreateEngine<TestData.Row, TestData.Scored>(jem)).Message);
    }

    [Fact]
    public void Engines_that_do_not_own_their_model_leave_it_to_each_other()
    {
        using JemTransformer jem = model.Jem.WithTemperature(2);
        using PredictionEngine<TestData.Row, TestData.Scored> second = CreateEngine<TestData.Row, TestData.Scored>(jem);
        float before = second.Predict(Row).Energy;

        CreateEngine<TestData.Row, TestData.Scored>(jem).Dispose();

        Assert.Equal(before, second.Predict(Row).Energy);
    }

    /// <summary>Bytes that a hundred calls allocate once all is compiled.</summary>
    private static long Allocated(Action predict)
    {
        for (int i = 0; i < 1000; i++)
            predict();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            predict();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>The least that fills the same columns.</summary>
    private ITransformer Copying()
    {
        IDataView none = model.Context.Data.LoadFromEnumerable<Copied>([]);
        return model.Context.Transforms.CopyColumns("PredictedLabel", nameof(Copied.A))
            .Append(model.Context.Transforms.CopyColumns("Score", nameof(Copied.B)))
            .Append(model.Context.Transforms.CopyColumns("Energy", nameof(Copied.C)))
            .Append(model.Context.Transforms.CopyColumns("OodScore", nameof(Copied.D)))
            .Fit(none);
    }

    private PredictionEngine<TIn, TOut> CreateEngine<TIn, TOut>(ITransformer transformer)
        where TIn : class
        where TOut : class, new() =>
        model.Context.Model.CreatePredictionEngine<TIn, TOut>(transformer, new PredictionEngineOptions { OwnsTransformer = false });

    private sealed class Copied
    {
        public uint A { get; set; }

        [VectorType(3)]
        public float[] B { get; set; } = [];

        public float C { get; set; }

        public float D { get; set; }
    }

    private sealed class Label
    {
        public uint PredictedLabel { get; set; }
    }
}
