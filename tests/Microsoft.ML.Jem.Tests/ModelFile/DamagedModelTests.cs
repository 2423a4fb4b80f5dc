using Google.Protobuf;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.Tests.ModelFile;

public class DamagedModelTests
{
    private static readonly byte[] Model = JemGraph.Write(
        JemModels.Calibrated(5, 3, 1.5f, [.. Enumerable.Range(0, 100).Select(i => MathF.Sin(i))]), [JemModels.Perceptron(1, 5, 8, 3)]);

    [Fact]
    public void A_truncated_file_is_refused_wherever_it_ends()
    {
        for (int length = 0; length < Model.Length; length += length < 200 ? 1 : 37)
            Refused(Model.AsSpan(0, length));
        Refused(Model.AsSpan(0, Model.Length - 1));
    }

    [Fact]
    public void A_file_with_any_byte_changed_is_refused()
    {
        var random = new Random(1);
        for (int mutation = 0; mutation < 1500; mutation++)
        {
            byte[] damaged = [.. Model];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 + random.Next(255));
            Refused(damaged);
        }
    }

    [Fact]
    public void A_file_with_bytes_inserted_removed_or_swapped_is_refused()
    {
        var random = new Random(2);
        for (int mutation = 0; mutation < 500; mutation++)
        {
            var damaged = new List<byte>(Model);
            int at = random.Next(Model.Length);
            int count = Math.Min(1 + random.Next(20), Model.Length - at);
            if (mutation % 2 == 0)
                damaged.InsertRange(at, Enumerable.Range(0, count).Select(_ => (byte)random.Next(256)));
            else
                damaged.RemoveRange(at, count);
            Refused([.. damaged]);
        }
    }

    [Fact]
    public void A_length_beyond_the_file_does_not_allocate_it()
    {
        // Field 7 (the graph) announces two gigabytes.
        byte[] greedy = [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(greedy);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void Deep_nesting_and_random_bytes_are_refused()
    {
        var random = new Random(3);
        byte[] noise = new byte[5000];
        for (int i = 0; i < 200; i++)
        {
            random.NextBytes(noise);
            Refused(noise.AsSpan(0, random.Next(noise.Length)));
        }

        Refused(Enumerable.Repeat((byte)0x3B, 100_000).ToArray());
    }

    [Fact]
    public void Another_ONNX_file_is_refused_as_such()
    {
        var graph = new OnnxGraph("other");
        graph.AddOutput(graph.AddInput("x", OnnxType.Float, 1), OnnxType.Float, 1);
        Assert.Contains("not one of Microsoft.ML.Jem", Refused(graph.ToBytes()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_format_asks_for_an_update()
    {
        string message = Refused(Edit(model => Entry(model, JemMetadata.FormatVersion).Value = "99"));
        Assert.Contains("format version 99", message, StringComparison.Ordinal);
        Assert.Contains("Update", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_a_checksum_or_with_another_is_refused()
    {
        Assert.Contains("no checksum", Refused(Edit(model => model.MetadataProps.Remove(Entry(model, JemMetadata.Checksum)))), StringComparison.Ordinal);
        Assert.Contains("does not match its checksum", Refused(Edit(model => Entry(model, JemMetadata.Checksum).Value = new string('0', 64))), StringComparison.Ordinal);
        Assert.Contains("does not match its checksum", Refused(Edit(model => Entry(model, JemMetadata.Temperature).Value = "9")), StringComparison.Ordinal);
    }

    [Fact]
    public void Contradictions_under_a_valid_checksum_are_refused()
    {
        RefusedSealed("no number", model => Entry(model, JemMetadata.Temperature).Value = "warm");
        RefusedSealed("no JSON list", model => Entry(model, JemMetadata.ClassNames).Value = "[1, null]");
        RefusedSealed("lacks", model => model.MetadataProps.Remove(Entry(model, JemMetadata.FeatureLimit)));
        RefusedSealed("twice", model => model.MetadataProps.Add(Entry(model, JemMetadata.FeatureLimit).Clone()));
        RefusedSealed("announced", model => Entry(model, JemMetadata.TableSize).Value = "7");
        RefusedSealed("lacks", model => model.Graph.Initializer.Remove(Tensor(model, JemNames.Scale)));
        RefusedSealed("twice", model => model.Graph.Initializer.Add(Tensor(model, JemNames.Scale).Clone()));
        RefusedSealed("fit together", model => Resize(Tensor(model, JemNames.Scale), 2));
        RefusedSealed("shape", model => Tensor(model, JemNames.Scale).Dims[0] = long.MaxValue);
        RefusedSealed("shape", model => Tensor(model, JemNames.Scale).Dims[0] = -1);
        RefusedSealed("at least one", model => Tensor(model, OodRank.Table + ".Remaining").RawData = ByteString.CopyFrom(new byte[40]));
        RefusedSealed("follow each other", model => Tensor(model, OodRank.Table + ".Remaining").RawData = Ascending(10));
        RefusedSealed("no valid shape", model => Resize(Tensor(model, OodRank.Table + ".Remaining"), 3));
        RefusedSealed("descend", model => Tensor(model, OodRank.Table + ".Blocks").RawData = Ascending(100));
    }

    private static void RefusedSealed(string reason, Action<ModelProto> edit)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(Model);
        model.MetadataProps.Remove(Entry(model, JemMetadata.Checksum));
        edit(model);
        Assert.Contains(reason, Refused(JemChecksum.Seal(model)), StringComparison.Ordinal);
    }

    private static byte[] Edit(Action<ModelProto> edit)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(Model);
        edit(model);
        return model.ToByteArray();
    }

    private static StringStringEntryProto Entry(ModelProto model, string key) => model.MetadataProps.Single(entry => entry.Key == key);

    private static TensorProto Tensor(ModelProto model, string name) => model.Graph.Initializer.Single(tensor => tensor.Name == name);

    private static void Resize(TensorProto tensor, int count)
    {
        tensor.Dims[0] = count;
        tensor.RawData = ByteString.CopyFrom(new byte[sizeof(float) * count]);
    }

    private static ByteString Ascending(int count) =>
        ByteString.CopyFrom([.. Enumerable.Range(0, count).SelectMany(i => BitConverter.GetBytes((float)i))]);

    private static string Refused(ReadOnlySpan<byte> file)
    {
        try
        {
            JemGraphReader.Read(file);
        }
        catch (InvalidDataException exception)
        {
            Assert.NotEmpty(exception.Message);
            return exception.Message;
        }

        throw new Xunit.Sdk.XunitException($"A damaged file of {file.Length} bytes was read.");
    }
}
