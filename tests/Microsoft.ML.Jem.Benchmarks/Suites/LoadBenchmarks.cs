using BenchmarkDotNet.Attributes;
using Microsoft.ML.Jem.Benchmarks.Data;

namespace Microsoft.ML.Jem.Benchmarks.Suites;

/// <summary>Loading a model in a process that has done so before; a fresh process is what <c>--ratios</c> measures.</summary>
public class LoadBenchmarks
{
    private readonly MLContext _context = new(seed: 1);
    private readonly byte[] _zip;
    private readonly byte[] _onnx;

    public LoadBenchmarks()
    {
        using var model = DigitsModel.Train();
        using var zip = new MemoryStream();
        using var onnx = new MemoryStream();
        model.Context.Model.Save(model.Transformer, model.Data.Schema, zip);
        model.Transformer.ExportToOnnx(onnx);
        (_zip, _onnx) = (zip.ToArray(), onnx.ToArray());
    }

    [Benchmark]
    public void LoadZip() => ((IDisposable)_context.Model.Load(new MemoryStream(_zip), out _)).Dispose();

    [Benchmark]
    public void LoadOnnx() => JemTransformer.FromOnnx(_context, new MemoryStream(_onnx)).Dispose();
}
