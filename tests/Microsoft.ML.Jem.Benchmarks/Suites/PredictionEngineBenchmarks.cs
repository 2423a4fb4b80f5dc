using BenchmarkDotNet.Attributes;
using Microsoft.ML.Jem.Benchmarks.Baseline;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Benchmarks.Suites;

/// <summary>A row through a PredictionEngine, and through ONNX Runtime alone.</summary>
public class PredictionEngineBenchmarks : IDisposable
{
    private readonly DigitsModel _model;
    private readonly BareSession _bare;
    private readonly PredictionEngine<Row, Scored> _engine;
    private Scored _scored = new();

    public PredictionEngineBenchmarks()
    {
        _model = DigitsModel.Train();
        _bare = new BareSession(_model.Graph, 1, JemNames.Score, JemNames.OodScore);
        _engine = _model.CreateEngine();
    }

    [Benchmark]
    public void Predict() => _engine.Predict(_model.Rows[0], ref _scored);

    [Benchmark(Baseline = true)]
    public int BareOnnxRuntime() => _bare.Score(_model.Rows, 1);

    [GlobalCleanup]
    public void Dispose()
    {
        _engine.Dispose();
        _bare.Dispose();
        _model.Dispose();
        GC.SuppressFinalize(this);
    }
}
