using BenchmarkDotNet.Attributes;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.MLNet;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.Benchmarks.Suites;

/// <summary>Reading an IDataView of 100 features into memory, as training does.</summary>
public class ReadingBenchmarks
{
    private const int Width = 100, ClassCount = 10;

    private readonly MLContext _context = new(seed: 1);
    private RoleMappedData? _data;

    [Params(10_000, 100_000)]
    public int RowCount { get; set; }

    [GlobalSetup]
    public void SetUp() => _data = new RoleMappedData(
        Rows.View(_context, Rows.Of(Rows.MakeUp(RowCount, Width, ClassCount, 0.5, seed: 1)), Width, ClassCount), label: nameof(Row.Label), feature: nameof(Row.Features));

    [Benchmark]
    public int Read()
    {
        IHost host = ((IHostEnvironment)_context).Register(nameof(ReadingBenchmarks));
        using IChannel channel = host.Start("Reading");
        return TrainingRowReader.Read(host, channel, _data!, image: null).Count;
    }
}
