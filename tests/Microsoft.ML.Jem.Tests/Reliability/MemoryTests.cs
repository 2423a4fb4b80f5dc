using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>Memory stays flat; docs/reliability.md has the figures.</summary>
[Trait("Category", "Long")]
[Collection("Alone")]
public sealed class MemoryTests(SmallModel model) : IClassFixture<SmallModel>
{
    [Fact]
    public void Five_million_rows_are_scored_in_flat_memory()
    {
        var context = new MLContext(seed: 1);
        TestData.Row row = TestData.Clouds(1)[0];
        Measure("5 000 000 rows", 5, 16 << 20, () =>
        {
            IDataView rows = context.Data.LoadFromEnumerable(Enumerable.Repeat(row, 1_000_000));
            IDataView scored = model.Transformer.Transform(rows);
            using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Energy"], scored.Schema["Score"], scored.Schema["OodScore"]]);
            ValueGetter<float> energy = cursor.GetGetter<float>(scored.Schema["Energy"]);
            ValueGetter<VBuffer<float>> score = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
            float value = 0;
            VBuffer<float> values = default;
            while (cursor.MoveNext())
            {
                energy(ref value);
                score(ref values);
            }
        });
    }

    [Fact]
    public void Two_hundred_models_are_trained_in_flat_memory() => Measure("200 trainings", 5, 48 << 20, () =>
    {
        for (int i = 0; i < 40; i++)
        {
            var context = new MLContext(seed: i);
            TestData.Pipeline(context, TestData.Fast(options =>
            {
                options.Network = new MultilayerPerceptron(16);
                options.NumberOfEpochs = 1;
                options.NumberOfMembers = 1;
                options.BufferSize = 100;
            })).Fit(context.Data.LoadFromEnumerable(TestData.Clouds(20))).Dispose();
        }
    });

    [Fact]
    public void A_thousand_epochs_are_trained_in_flat_memory()
    {
        var memory = new MemoryByEpoch(every: 200);
        var context = new MLContext(seed: 1);
        TestData.Pipeline(context, TestData.Fast(options =>
        {
            options.NumberOfEpochs = 1000;
            options.NumberOfMembers = 1;
            options.BatchSize = 20;
            options.BufferSize = 100;

            // Improves for as long as it lasts: no epoch is left out.
            (options.LearningRate, options.Decay) = (1e-6, LearningRateDecay.None);
            options.Progress = memory;
        })).Fit(context.Data.LoadFromEnumerable(TestData.Clouds(60))).Dispose();

        TestContext.Current.TestOutputHelper?.WriteLine($"Resident after each 200 epochs: {string.Join(", ", memory.Resident.Select(bytes => $"{bytes >> 20}"))} MiB.");
        Assert.Equal(5, memory.Resident.Count);
        Assert.InRange(memory.Resident[^1] - memory.Resident[0], long.MinValue, 8 << 20);
    }

    private sealed class MemoryByEpoch(int every) : IProgress<TrainingProgress>
    {
        public List<long> Resident { get; } = [];

        public void Report(TrainingProgress value)
        {
            if (value.Epoch % every != 0)
                return;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using Process process = Process.GetCurrentProcess();
            Resident.Add(process.WorkingSet64);
        }
    }

    /// <summary>Repeats the work and compares memory after the second round, when caches are filled, with memory after the last.</summary>
    private static void Measure(string what, int rounds, long mostGrowth, Action work)
    {
        var managed = new List<long>();
        var resident = new List<long>();
        for (int i = 0; i < rounds; i++)
        {
            work();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            managed.Add(GC.GetTotalMemory(forceFullCollection: true));
            using Process process = Process.GetCurrentProcess();
            resident.Add(process.WorkingSet64);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{what}, after each fifth: managed {string.Join(", ", managed.Select(bytes => $"{bytes >> 10}"))} KiB; resident {string.Join(", ", resident.Select(bytes => $"{bytes >> 20}"))} MiB.");
        Assert.InRange(managed[^1] - managed[1], long.MinValue, 1 << 20);
        Assert.InRange(resident[^1] - resident[1], long.MinValue, mostGrowth);
    }
}

/// <summary>Tests of the whole process's memory run after all others, one by one.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class Alone;
