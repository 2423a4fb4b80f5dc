using BenchmarkDotNet.Attributes;
using Microsoft.ML.Jem.Benchmarks.Baseline;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Benchmarks.Suites;

/// <summary>A row of <c>Transform</c>, a bare ONNX Runtime loop over the same graph, and LightGbm.</summary>
public class TransformBenchmarks : IDisposable
{
    private const int RowCount = 32 * 1024;

    private readonly DigitsModel _model;
    private readonly BareSession _bare;
    private readonly IDataView _rows;
    private readonly ITransformer _peer;

    public TransformBenchmarks()
    {
        _model = DigitsModel.Train();
        _bare = new BareSession(_model.Graph, 1024, JemNames.Score, JemNames.OodScore);
        _rows = _model.View(Enumerable.Range(0, RowCount).Select(i => _model.Rows[i % _model.Rows.Length]));
        _peer = _model.Context.MulticlassClassification.Trainers.LightGbm().Fit(_model.Data);
    }

    [Benchmark(OperationsPerInvoke = RowCount)]
    public void Transform() => Read(_model.Transformer);

    [Benchmark(Baseline = true, OperationsPerInvoke = RowCount)]
    public int BareOnnxRuntime() => _bare.Score(_model.Rows, RowCount);

    [Benchmark(OperationsPerInvoke = RowCount)]
    public void LightGbm() => Read(_peer);

    [GlobalCleanup]
    public void Dispose()
    {
        _bare.Dispose();
        _model.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Read(ITransformer model)
    {
        using var cursor = new ScoreCursor(model.Transform(_rows));
        cursor.Read(RowCount);
    }
}
