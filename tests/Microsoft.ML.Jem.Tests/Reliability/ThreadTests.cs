namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>Many threads on one model, and a model disposed while they use it.</summary>
public sealed class ThreadTests(CloudModel model) : IClassFixture<CloudModel>
{
    private const int Threads = 16;

    private static readonly TestData.Row[] Rows = TestData.Clouds(40, seed: 5);

    [Fact]
    public void Engines_on_sixteen_threads_answer_as_one_does() => PredictOnAllThreads(200);

    [Fact]
    [Trait("Category", "Long")]
    public void Sixteen_threads_make_ten_thousand_predictions_each() => PredictOnAllThreads(10_000);

    [Fact]
    public void One_view_read_by_sixteen_threads_gives_each_the_same_rows()
    {
        IDataView shared = model.Chain.Transform(model.Context.Data.LoadFromEnumerable(Rows));
        float[] expected = Energies(shared);

        RunOnAllThreads(_ =>
        {
            for (int i = 0; i < 5; i++)
                Assert.Equal(expected, Energies(shared));
        });
    }

    [Fact]
    public void A_model_disposed_while_threads_use_it_gives_right_answers_or_says_that_it_is_disposed()
    {
        float[] expected = Energies(model.Chain.Transform(model.Context.Data.LoadFromEnumerable(Rows)));
        const int Rounds = 8;
        int disposed = 0, right = 0;
        for (int round = 0; round < Rounds; round++)
        {
            JemTransformer victim = model.Jem.WithTemperature(1 + round);
            IDataView view = victim.Transform(model.Context.Data.LoadFromEnumerable(Rows));
            using var started = new CountdownEvent(Threads - 1);
            RunOnAllThreads(thread =>
            {
                if (thread == 0)
                {
                    // Once all are at it.
                    started.Wait(TestContext.Current.CancellationToken);
                    victim.Dispose();
                    return;
                }

                using var engine = thread % 2 == 0 ? CreateEngine(victim) : null;
                started.Signal();
                try
                {
                    // However slow this machine is: until it is disposed.
                    for (int i = 0; ; i++)
                    {
                        if (engine is null)
                            Assert.Equal(expected, Energies(view));
                        else
                            Assert.Equal(expected[i % Rows.Length], engine.Predict(Rows[i % Rows.Length]).Energy, 1e-4);
                        Interlocked.Increment(ref right);
                    }
                }
                catch (ObjectDisposedException)
                {
                    Interlocked.Increment(ref disposed);
                }
            });
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{right} right answers, {disposed} times the model was found disposed.");
        Assert.Equal(Rounds * (Threads - 1), disposed);
    }

    private void PredictOnAllThreads(int count)
    {
        TestData.Scored[] expected = TestData.Read(model.Context, model.Chain.Transform(model.Context.Data.LoadFromEnumerable(Rows)));
        RunOnAllThreads(thread =>
        {
            using var engine = CreateEngine(model.Jem);
            for (int i = 0; i < count; i++)
            {
                int row = (thread + i) % Rows.Length;
                TestData.Scored scored = engine.Predict(Rows[row]);
                Assert.Equal(expected[row].PredictedLabel, scored.PredictedLabel);
                Assert.Equal(expected[row].Energy, scored.Energy, 1e-4);
            }
        });
    }

    private PredictionEngine<TestData.Row, TestData.Scored> CreateEngine(JemTransformer transformer) =>
        model.Context.Model.CreatePredictionEngine<TestData.Row, TestData.Scored>(
            transformer, new PredictionEngineOptions { OwnsTransformer = false });

    private float[] Energies(IDataView view) => [.. TestData.Read(model.Context, view).Select(row => row.Energy)];

    /// <summary>Runs on threads of its own and fails with what any of them threw.</summary>
    private static void RunOnAllThreads(Action<int> action)
    {
        var errors = new List<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(index => new Thread(() =>
        {
            try
            {
                action(index);
            }
            catch (Exception error)
            {
                lock (errors)
                    errors.Add(error);
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        if (errors.Count > 0)
            throw new AggregateException(errors);
    }
}
