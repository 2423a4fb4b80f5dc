using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using Google.Protobuf;
using Microsoft.ML.Jem.MLNet;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Jem.Scoring;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>Damaged model files load as they were or fail with a clear error; docs/reliability.md has the figures.</summary>
public sealed class DamagedFileTests(SmallModel model) : IClassFixture<SmallModel>
{
    /// <summary>Far above what an undamaged file takes, far below what a size that lies would.</summary>
    private const long MostAllocated = 32 << 20;

    [Fact]
    public void Damaged_files_are_refused_by_their_checksum() => RunVerified(300);

    [Fact]
    [Trait("Category", "Long")]
    public void Twenty_thousand_damaged_files_are_refused_by_their_checksum() => RunVerified(20_000);

    [Fact]
    public void Damage_to_our_entries_of_a_model_is_found_by_Model_Load() => RunOwnEntries(200);

    [Fact]
    [Trait("Category", "Long")]
    public void Ten_thousand_times_damage_to_our_entries_is_found_by_Model_Load() => RunOwnEntries(10_000);

    [Fact]
    public void Damaged_graphs_are_refused() => RunGraphs(300);

    [Fact]
    [Trait("Category", "Long")]
    public void Two_thousand_damaged_graphs_are_refused() => RunGraphs(2_000);

    [Fact]
    public void Edited_graphs_with_a_right_checksum_score_or_fail_clearly() => RunEditedGraphs(200);

    [Fact]
    [Trait("Category", "Long")]
    public void Two_thousand_edited_graphs_with_a_right_checksum_score_or_fail_clearly() => RunEditedGraphs(2_000);

    [Fact]
    public void A_zip_bomb_is_refused_before_it_unpacks()
    {
        using var memory = new MemoryStream();
        memory.Write(model.Zip);
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Update, leaveOpen: true))
        using (Stream entry = archive.CreateEntry("Zeros", CompressionLevel.Optimal).Open())
        {
            for (int i = 0; i < 1024; i++)
                entry.Write(new byte[1 << 16]);
        }

        string path = Path.GetTempFileName();
        try
        {
            VerifiedArchive.Write(path, memory.ToArray());
            long before = GC.GetAllocatedBytesForCurrentThread();
            var error = Assert.Throws<InvalidDataException>(() => new MLContext().Model.LoadVerified(path, out _, maximumBytes: 16 << 20));
            Assert.Contains("unpacks to more than 16777216 bytes", error.Message);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);

            error = Assert.Throws<InvalidDataException>(() => new MLContext().Model.LoadVerified(path, out _, maximumBytes: 100));
            Assert.Contains("expected at most 100", error.Message);
            using FileStream stream = File.OpenRead(path);
            error = Assert.Throws<InvalidDataException>(() => new MLContext().Model.LoadVerified(stream, out _, maximumBytes: 16 << 20));
            Assert.Contains("The model unpacks to more than 16777216 bytes", error.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private void RunVerified(int count)
    {
        string path = Path.GetTempFileName();
        VerifiedArchive.Write(path, model.Zip);
        byte[] file = File.ReadAllBytes(path);
        File.Delete(path);
        Run("files through LoadVerified", count, new DamagedZip(file, model.EntryNames()).Copy, damaged =>
        {
            using Stream archive = VerifiedArchive.Open(damaged, "model.zip", JemModelCatalog.DefaultMaximumBytes);
            return LoadAndScore(archive);
        });
    }

    private void RunOwnEntries(int count)
    {
        string[] names = model.EntryNames();
        int[] own = [.. Enumerable.Range(0, names.Length).Where(i => Path.GetFileName(names[i]) is "model.onnx" or "TrainSchema")];
        Assert.Equal(2, own.Length);
        Run("zips through Model.Load", count, i => model.WithEntry(own[i % 2], new Mutator(i).Damage), damaged =>
        {
            using var stream = new MemoryStream(damaged, writable: false);
            return LoadAndScore(stream);
        });
    }

    private void RunGraphs(int count) => Run("graphs", count, i => new Mutator(i).Damage(model.Onnx), damaged =>
    {
        JemGraphReader.Read(damaged);
        return damaged.AsSpan().SequenceEqual(model.Onnx);
    });

    private void RunEditedGraphs(int count) => Run("edited graphs", count, i => Reseal(new Mutator(i).Damage(model.Onnx)), edited =>
    {
        JemGraphReader.Read(edited);
        using var scorer = new OnnxScorer(edited);
        using ScoringBatch batch = scorer.CreateBatch(4);
        batch.Run(4, ScoreOutputs.Energy & scorer.Outputs);
        return true;
    });

    /// <summary>The edited bytes with the checksum computed anew, as one would who edits on purpose; as they are where they are no model.</summary>
    private static byte[] Reseal(byte[] edited)
    {
        try
        {
            ModelProto parsed = ModelProto.Parser.ParseFrom(edited);
            if (parsed.MetadataProps.LastOrDefault()?.Key == JemMetadata.Checksum)
                parsed.MetadataProps.RemoveAt(parsed.MetadataProps.Count - 1);
            return JemChecksum.Seal(parsed);
        }
        catch (InvalidProtocolBufferException)
        {
            return edited;
        }
    }

    /// <summary>Tries each damaged payload: it must give what the undamaged one gives, or an error that a user can act on.</summary>
    private static void Run(string what, int count, Func<int, byte[]> damage, Func<byte[], bool> isEqual)
    {
        var tally = new Dictionary<string, int>();
        long mostAllocated = 0;
        double slowest = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = damage(i);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            string outcome;
            try
            {
                outcome = isEqual(damaged) ? "equal" : throw new InvalidOperationException($"Payload {i} loads, but as another model.");
            }
            catch (Exception error) when (IsClear(error))
            {
                outcome = Unwrapped(error).GetType().Name;
            }

            mostAllocated = Math.Max(mostAllocated, GC.GetAllocatedBytesForCurrentThread() - before);
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            tally[outcome] = tally.GetValueOrDefault(outcome) + 1;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{count} {what}: {string.Join(", ", tally.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key}"))}; at most {mostAllocated >> 10} KiB allocated and {slowest:F0} ms taken by one.");
        Assert.InRange(mostAllocated, 0, MostAllocated);
    }

    /// <summary>What a user can act on: the file is bad. Never a bug showing through (null, index, cast), nor memory running out.</summary>
    private static bool IsClear(Exception error)
    {
        Exception said = Unwrapped(error);
        return said is FormatException or InvalidDataException or EndOfStreamException || (said is InvalidOperationException
            && (said.Message.StartsWith("ONNX Runtime cannot run this model", StringComparison.Ordinal) || said.InnerException is OnnxRuntime.OnnxRuntimeException
                || said.Message.StartsWith("The ONNX graph is no model", StringComparison.Ordinal)));
    }

    /// <summary>ML.NET's loader calls ours by reflection and wraps what it throws.</summary>
    private static Exception Unwrapped(Exception error) =>
        error is TargetInvocationException or InvalidOperationException { InnerException: TargetInvocationException } ? Unwrapped(error.InnerException!) : error;

    private bool LoadAndScore(Stream stream)
    {
        ITransformer loaded = new MLContext().Model.Load(stream, out _);
        using var disposable = loaded as IDisposable;
        return SmallModel.Score(loaded).AsSpan().SequenceEqual(model.Expected);
    }
}
