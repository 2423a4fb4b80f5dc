using System.Runtime.InteropServices;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Jem.Benchmarks.Baseline;

/// <summary>A model in ONNX Runtime and nothing around it: rows are copied into one buffer, outputs go into others.</summary>
internal sealed class BareSession : IDisposable
{
    private static readonly string[] Inputs = [JemNames.Features];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly float[] _features;
    private readonly OrtValue[] _inputs;
    private readonly string[] _outputNames;
    private readonly OrtValue[] _outputs;
    private readonly float[][] _results;
    private readonly int _width;

    /// <param name="graph">The model.</param>
    /// <param name="batchSize">Rows a run.</param>
    /// <param name="outputs">The outputs to compute: floats with as many values a row as the graph says.</param>
    public BareSession(byte[] graph, int batchSize, params string[] outputs)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(graph, options);
        BatchSize = batchSize;
        _width = _session.InputMetadata[JemNames.Features].Dimensions[1];
        _features = GC.AllocateArray<float>(batchSize * _width, pinned: true);
        _inputs = [View(_features, [batchSize, _width])];
        _outputNames = outputs;
        long[][] shapes = Array.ConvertAll(outputs, name => _session.OutputMetadata[name].Dimensions.Select(size => size < 0 ? batchSize : (long)size).ToArray());
        _results = Array.ConvertAll(shapes, shape => GC.AllocateArray<float>((int)shape.Aggregate(1L, (product, size) => product * size), pinned: true));
        _outputs = [.. _results.Zip(shapes, View)];
    }

    /// <summary>Rows a run.</summary>
    public int BatchSize { get; }

    /// <summary>The values of an output, of the last run.</summary>
    public ReadOnlySpan<float> Result(int output) => _results[output];

    /// <summary>Scores whole batches of rows, taken from the given ones in turn.</summary>
    /// <returns>How many were scored.</returns>
    public int Score(Row[] rows, int count)
    {
        int scored = 0;
        while (scored < count)
        {
            for (int i = 0; i < BatchSize; i++)
                rows[(scored + i) % rows.Length].Features.CopyTo(_features, i * _width);
            _session.Run(_run, Inputs, _inputs, _outputNames, _outputs);
            scored += BatchSize;
        }

        return scored;
    }

    /// <summary>Copies the features of a whole batch.</summary>
    public void Fill(ReadOnlySpan<float> features) => features.CopyTo(_features);

    /// <summary>Runs on what was last copied.</summary>
    public void Run() => _session.Run(_run, Inputs, _inputs, _outputNames, _outputs);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtValue value in (OrtValue[])[.. _inputs, .. _outputs])
            value.Dispose();
        _run.Dispose();
        _session.Dispose();
    }

    private static OrtValue View(float[] pinned, long[] shape) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0), (long)pinned.Length * sizeof(float));
}
