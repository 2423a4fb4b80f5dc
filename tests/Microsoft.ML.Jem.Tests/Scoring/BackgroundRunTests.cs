using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Jem.Tests.ModelFile;

namespace Microsoft.ML.Jem.Tests.Scoring;

public sealed class BackgroundRunTests : IDisposable
{
    private const int RowCount = 40;

    private readonly OnnxScorer _scorer = new(JemGraph.Write(JemModels.Calibrated(8, 3), [JemModels.Perceptron(1, 8, 32, 3)]));
    private readonly float[] _features = [.. Enumerable.Range(0, 8 * RowCount).Select(i => MathF.Sin(i * 1.3f))];

    [Fact]
    public void A_batch_scored_elsewhere_is_scored_as_it_is_here()
    {
        float[] expected = Rows.Of(_scorer, _features).Energy;
        using ScoringBatch batch = _scorer.CreateBatch(RowCount);
        var background = new BackgroundRun(batch);
        for (int round = 0; round < 500; round++)
        {
            int rows = 1 + (round % RowCount);
            batch.Features.Clear();
            _features.AsSpan(0, 8 * rows).CopyTo(batch.Features);

            background.Start(rows, ScoreOutputs.Energy);
            if (round % 3 == 0)
                Thread.Yield();
            background.Complete();

            Assert.Equal(expected[..rows], batch.Energy[..rows]);
        }
    }

    [Fact]
    public void A_busy_pool_does_not_keep_the_caller_waiting()
    {
        using var release = new ManualResetEventSlim();
        ThreadPool.GetMinThreads(out int threads, out _);
        using var waiting = new CountdownEvent(4 * threads);
        using ScoringBatch batch = _scorer.CreateBatch(RowCount);
        var background = new BackgroundRun(batch);
        try
        {
            // More work than threads, and none of it ends.
            for (int i = 0; i < waiting.InitialCount; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(
                    _ =>
                    {
                        release.Wait();
                        waiting.Signal();
                    },
                    null);
            }

            background.Start(RowCount, ScoreOutputs.Energy);
            background.Complete();
        }
        finally
        {
            release.Set();
            waiting.Wait(TestContext.Current.CancellationToken);
        }

        Assert.NotEqual(0, batch.Energy[0]);
    }

    [Fact]
    public void An_error_elsewhere_is_thrown_to_the_caller()
    {
        using ScoringBatch batch = _scorer.CreateBatch(RowCount);
        var background = new BackgroundRun(batch);
        _scorer.Dispose();
        for (int round = 0; round < 100; round++)
        {
            background.Start(RowCount, ScoreOutputs.Energy);
            if (round % 2 == 0)
                Thread.Sleep(1);
            Assert.Throws<ObjectDisposedException>(background.Complete);
        }
    }

    [Fact]
    public void Once_stopped_the_batch_may_be_disposed()
    {
        for (int round = 0; round < 200; round++)
        {
            ScoringBatch batch = _scorer.CreateBatch(RowCount);
            var background = new BackgroundRun(batch);
            background.Start(RowCount, ScoreOutputs.Energy);
            if (round % 2 == 0)
                Thread.Yield();
            background.Stop();
            batch.Dispose();
        }
    }

    public void Dispose() => _scorer.Dispose();
}
