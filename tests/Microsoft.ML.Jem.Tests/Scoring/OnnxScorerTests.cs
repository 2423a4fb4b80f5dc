using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Jem.Tests.ModelFile;

namespace Microsoft.ML.Jem.Tests.Scoring;

public class OnnxScorerTests
{
    private static readonly byte[] Model = JemGraph.Write(
        JemModels.Calibrated(8, 3, 1.5f, [.. Enumerable.Range(0, 300).Select(i => -3 + i / 100f)]), [JemModels.Perceptron(1, 8, 32, 3)]);

    [Fact]
    public void A_batch_and_single_rows_give_the_same_numbers()
    {
        using var scorer = new OnnxScorer(Model);
        float[] features = Features(200);
        Rows together = Rows.Of(scorer, features);
        for (int row = 0; row < 200; row++)
        {
            Rows alone = Rows.Of(scorer, features[(8 * row)..(8 * row + 8)]);
            Assert.Equal(together.PredictedLabel[row], alone.PredictedLabel[0]);
            Assert.Equal(together.Energy[row], alone.Energy[0], 1e-6f);
            Assert.Equal(together.OodScore[row], alone.OodScore[0], 1e-6f);
            for (int k = 0; k < 3; k++)
                Assert.Equal(together.Score[3 * row + k], alone.Score[k], 1e-6f);
        }
    }

    [Fact]
    public void Buffers_can_be_filled_and_scored_again_with_any_number_of_rows()
    {
        using var scorer = new OnnxScorer(Model);
        using ScoringBatch batch = scorer.CreateBatch(64);
        float[] features = Features(64);
        Rows expected = Rows.Of(scorer, features);
        foreach (int rows in new[] { 64, 64, 10, 1, 1, 63, 64 })
        {
            batch.Features.Clear();
            features.AsSpan(0, 8 * rows).CopyTo(batch.Features);
            batch.Run(rows, scorer.Outputs);
            Assert.Equal(expected.Score[..(3 * rows)], batch.Score[..(3 * rows)]);
            Assert.Equal(expected.OodScore[..rows], batch.OodScore[..rows]);
        }
    }

    [Fact]
    public void Only_what_is_asked_for_is_written()
    {
        using var scorer = new OnnxScorer(Model);
        using ScoringBatch batch = scorer.CreateBatch(1);
        Features(1).CopyTo(batch.Features);
        batch.Run(1, ScoreOutputs.None);
        Assert.Equal(0, batch.Energy[0]);
        batch.Run(1, ScoreOutputs.Energy);
        Assert.NotEqual(0, batch.Energy[0]);
        Assert.Equal([0, 0, 0], batch.Score);
    }

    [Fact]
    public void Scoring_again_allocates_nothing()
    {
        using var scorer = new OnnxScorer(Model);
        using ScoringBatch batch = scorer.CreateBatch(16);
        batch.Run(16, scorer.Outputs);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            batch.Run(16, scorer.Outputs);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_model_says_what_it_has_and_refuses_the_rest()
    {
        using var scorer = new OnnxScorer(Model);
        Assert.Equal((8, 3), (scorer.Width, scorer.ClassCount));
        Assert.Equal(ScoreOutputs.PredictedLabel | ScoreOutputs.Score | ScoreOutputs.Energy | ScoreOutputs.OodScore, scorer.Outputs);
        using ScoringBatch batch = scorer.CreateBatch(1);
        Assert.Contains("no output Logits", Assert.Throws<InvalidOperationException>(() => batch.Run(1, ScoreOutputs.Logits)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Run(2, ScoreOutputs.Score));
        Assert.Throws<ArgumentOutOfRangeException>(() => scorer.CreateBatch(0));
    }

    [Fact]
    public void Bytes_that_are_no_model_and_graphs_of_others_are_refused()
    {
        Assert.Contains("cannot run this model", Assert.Throws<InvalidOperationException>(() => new OnnxScorer([1, 2, 3])).Message, StringComparison.Ordinal);
        var graph = new OnnxGraph("other");
        graph.AddOutput(graph.AddNode("Relu", [graph.AddInput("x", OnnxType.Float, 2)]), OnnxType.Float, 2);
        Assert.Contains("no model of", Assert.Throws<InvalidOperationException>(() => new OnnxScorer(graph.ToBytes())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_GPU_falls_back_or_is_reported()
    {
        using var scorer = new OnnxScorer(Model, new OnnxScorerOptions(GpuDeviceId: 99, FallbackToCpu: true));
        Assert.Equal(Rows.Of(Model, Features(3)).Energy, Rows.Of(scorer, Features(3)).Energy);
        string message = Assert.Throws<InvalidOperationException>(() => new OnnxScorer(Model, new OnnxScorerOptions(GpuDeviceId: 99, FallbackToCpu: false))).Message;
        Assert.Contains("CUDA device 99", message, StringComparison.Ordinal);
        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_scorer_or_batch_says_so()
    {
        var scorer = new OnnxScorer(Model);
        ScoringBatch batch = scorer.CreateBatch(1);
        batch.Run(1, ScoreOutputs.Score);
        scorer.Dispose();
        scorer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batch.Run(1, ScoreOutputs.Score));
        Assert.Throws<ObjectDisposedException>(() => scorer.CreateBatch(1));
        batch.Dispose();
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batch.Run(1, ScoreOutputs.Score));
    }

    [Fact]
    public async Task Disposing_while_others_score_ends_in_results_or_in_one_clear_exception()
    {
        float[] expected = Rows.Of(Model, Features(32)).Energy;
        for (int round = 0; round < 30; round++)
        {
            var scorer = new OnnxScorer(Model);
            using var started = new CountdownEvent(3);
            Task[] users = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                using ScoringBatch batch = scorer.CreateBatch(32);
                Features(32).CopyTo(batch.Features);
                batch.Run(32, ScoreOutputs.Energy);
                started.Signal();
                Assert.Throws<ObjectDisposedException>(() => ScoreForever(batch, expected));
            }))];
            started.Wait(TestContext.Current.CancellationToken);
            scorer.Dispose();
            await Task.WhenAll(users);
        }
    }

    [Fact]
    public void Many_threads_share_a_scorer()
    {
        using var scorer = new OnnxScorer(Model);
        float[] expected = Rows.Of(scorer, Features(50)).Score;
        Parallel.For(0, 16, _ => Assert.Equal(expected, Rows.Of(scorer, Features(50)).Score));
    }

    private static void ScoreForever(ScoringBatch batch, float[] expected)
    {
        while (true)
        {
            batch.Run(expected.Length, ScoreOutputs.Energy);
            Assert.Equal(expected, batch.Energy);
        }
    }

    private static float[] Features(int rows) => [.. Enumerable.Range(0, 8 * rows).Select(i => MathF.Sin(i * 1.7f) * 2)];
}
