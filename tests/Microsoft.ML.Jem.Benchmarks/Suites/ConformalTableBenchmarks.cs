using BenchmarkDotNet.Attributes;
using Microsoft.ML.Jem.Benchmarks.Baseline;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.Benchmarks.Suites;

/// <summary>A conformal table in ONNX Runtime, 1024 rows a run.</summary>
public class ConformalTableBenchmarks
{
    private const int BatchSize = 1024;

    private BareSession? _session;

    [Params(64, 1024, 16384)]
    public int Scores { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var graph = new OnnxGraph("Table");
        string surprise = graph.AddInput(JemNames.Features, OnnxType.Float, 1);
        var table = ConformalTable.Create([.. Enumerable.Range(0, Scores).Select(i => (float)i)], Scores);
        graph.AddOutput(graph.SqueezeColumn(ConformalLookup.Write(graph, surprise, table, OodRank.Table), JemNames.OodScore), OnnxType.Float);
        _session = new BareSession(JemChecksum.Seal(graph.ToModel(JemGraph.ProducerName, "1")), BatchSize, JemNames.OodScore);
        _session.Fill([.. Enumerable.Range(0, BatchSize).Select(i => (float)(i * 7919L % Scores))]);
    }

    [Benchmark(OperationsPerInvoke = BatchSize)]
    public void Lookup() => _session!.Run();

    [GlobalCleanup]
    public void CleanUp() => _session!.Dispose();
}
