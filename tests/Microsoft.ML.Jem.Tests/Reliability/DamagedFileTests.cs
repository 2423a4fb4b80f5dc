using System.Diagnostics;
using System.Reflection;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>Damaged model files load as they were or fail with a clear error; docs/reliability.md has the figures.</summary>
public sealed class DamagedFileTests(SmallModel model) : IClassFixture<SmallModel>
{
    [Fact]
    public void Hundreds_of_damaged_zips_load_equal_or_fail_clearly() => RunZips(3000);

    [Fact]
    [Trait("Category", "Long")]
    public void Twenty_thousand_damaged_zips_load_equal_or_fail_clearly() => RunZips(20_000);

    private void RunZips(int count)
    {
        var tally = new Dictionary<string, int>();
        long mostAllocated = 0;
        double slowest = 0;
        int entries = model.EntryCount;
        for (int i = 0; i < count; i++)
        {
            var mutator = new Mutator(i);

            // Half are damaged as files, half within an entry, which reaches what lies behind zip's own checks.
            byte[] damaged = i % 2 == 0 ? mutator.Damage(model.Zip) : model.WithEntry(i / 2 % entries, mutator.Damage);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            string outcome = "UNCLEAR hang";
            var thread = new Thread(() => outcome = Outcome(damaged)) { IsBackground = true };
            thread.Start();
            if (!thread.Join(5000)) { File.WriteAllBytes($"/tmp/svc/hang{i}.zip", damaged); Console.Error.WriteLine($"hang {i} entry {i / 2 % entries}"); if (tally.GetValueOrDefault("UNCLEAR hang") > 3) Environment.Exit(3); }
            mostAllocated = Math.Max(mostAllocated, GC.GetAllocatedBytesForCurrentThread() - before);
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            tally[outcome] = tally.GetValueOrDefault(outcome) + 1;
        }

        string report = $"{count} zips; most allocated {mostAllocated >> 10} KiB, slowest {slowest:F0} ms\n"
            + string.Join('\n', tally.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value,6} {pair.Key}"));
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        Assert.DoesNotContain(tally.Keys, outcome => outcome.StartsWith("UNCLEAR", StringComparison.Ordinal));
    }

    private string Outcome(byte[] file)
    {
        try
        {
            using var stream = new MemoryStream(file, writable: false);
            ITransformer loaded = new MLContext().Model.Load(stream, out _);
            try
            {
                return SmallModel.Score(loaded).AsSpan().SequenceEqual(model.Expected) ? "equal" : "UNCLEAR different";
            }
            finally
            {
                (loaded as IDisposable)?.Dispose();
            }
        }
        catch (Exception error)
        {
            Exception root = error is TargetInvocationException ? error.InnerException! : error;
            return $"UNCLEAR {error.GetType().Name} {root.GetType().Name}: {root.Message[..Math.Min(70, root.Message.Length)]} @ {error.StackTrace?.Split('\n')[0].Trim().PadRight(110)[..110]}";
        }
    }
}
