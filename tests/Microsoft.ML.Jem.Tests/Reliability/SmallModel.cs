using System.IO.Compression;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Networks;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>A model of few weights, so that damage hits its structure as often as its numbers.</summary>
public sealed class SmallModel : IDisposable
{
    private static readonly TestData.Row[] Rows = TestData.Clouds(20, seed: 7);

    private readonly TransformerChain<JemTransformer> _model;

    public SmallModel()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(TestData.Clouds(30));
        _model = TestData.Pipeline(context, TestData.Fast(options =>
        {
            options.Network = new MultilayerPerceptron(4);
            options.NumberOfEpochs = 2;
            options.NumberOfMembers = 2;
        })).Fit(data);
        using var file = new MemoryStream();
        context.Model.Save(_model, data.Schema, file);
        Zip = file.ToArray();
        Expected = Score(_model);
    }

    /// <summary>model.zip.</summary>
    public byte[] Zip { get; }

    public JemTransformer Transformer => _model.LastTransformer;

    /// <summary>model.onnx, as it lies in model.zip.</summary>
    public byte[] Onnx => _model.LastTransformer.Model.Graph;

    /// <summary>What the undamaged model says of some rows.</summary>
    public float[] Expected { get; }

    /// <summary>All a model says of those rows.</summary>
    public static float[] Score(ITransformer model)
    {
        var context = new MLContext();
        return [.. TestData.Read(context, model.Transform(context.Data.LoadFromEnumerable(Rows)))
            .SelectMany(row => (float[])[row.PredictedLabel, .. row.Score, row.Energy, row.OodScore])];
    }

    /// <summary>The zip with the content of one entry changed, packed anew so that sizes and CRCs are right.</summary>
    public byte[] WithEntry(int index, Func<byte[], byte[]> change) =>
        Repack(CompressionLevel.Fastest, (i, content) => i == index ? change(content) : content);

    /// <summary>The zip packed anew, with contents changed.</summary>
    public byte[] Repack(CompressionLevel level, Func<int, byte[], byte[]> change)
    {
        using var packed = new MemoryStream();
        using (var source = new ZipArchive(new MemoryStream(Zip)))
        using (var target = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; i < source.Entries.Count; i++)
            {
                using var content = new MemoryStream();
                using (Stream stream = source.Entries[i].Open())
                    stream.CopyTo(content);
                using Stream entry = target.CreateEntry(source.Entries[i].FullName, level).Open();
                entry.Write(change(i, content.ToArray()));
            }
        }

        return packed.ToArray();
    }

    public string[] EntryNames()
    {
        using var archive = new ZipArchive(new MemoryStream(Zip));
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    public void Dispose() => _model.Dispose();
}
