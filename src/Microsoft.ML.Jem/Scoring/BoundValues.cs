using System.Runtime.InteropServices;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Jem.Scoring;

/// <summary>ONNX Runtime's views of a batch's buffers for one number of rows and one choice of outputs.</summary>
internal sealed class BoundValues : IDisposable
{
    private readonly OrtValue[] _inputs;
    private readonly OrtValue[] _outputs;

    public BoundValues(ScoringBuffers buffers, int rows, ScoreOutputs outputs)
    {
        Rows = rows;
        Choice = outputs;
        InputNames = [JemNames.Features];
        _inputs = [View(buffers.Features, TensorElementType.Float, [rows, buffers.Width])];
        OutputNames = [.. ScoreOutputNames.All.Where(output => outputs.HasFlag(output.Output)).Select(output => output.Name)];
        _outputs = [.. ScoreOutputNames.All.Where(output => outputs.HasFlag(output.Output)).Select(output => View(buffers, rows, output.Output))];
    }

    public int Rows { get; }

    public ScoreOutputs Choice { get; }

    public string[] InputNames { get; }

    public string[] OutputNames { get; }

    public IReadOnlyCollection<OrtValue> Inputs => _inputs;

    public IReadOnlyCollection<OrtValue> Outputs => _outputs;

    public void Dispose()
    {
        foreach (OrtValue value in _inputs)
            value.Dispose();
        foreach (OrtValue value in _outputs)
            value.Dispose();
    }

    private static OrtValue View(ScoringBuffers buffers, int rows, ScoreOutputs output) => output switch
    {
        ScoreOutputs.PredictedLabel => View(buffers.PredictedLabel, TensorElementType.Int64, [rows]),
        ScoreOutputs.Score => View(buffers.Score, TensorElementType.Float, [rows, buffers.ClassCount]),
        ScoreOutputs.Energy => View(buffers.Energy, TensorElementType.Float, [rows]),
        ScoreOutputs.OodScore => View(buffers.OodScore, TensorElementType.Float, [rows]),
        ScoreOutputs.Logits => View(buffers.Logits, TensorElementType.Float, [rows, buffers.ClassCount]),
        _ => throw new ArgumentOutOfRangeException(nameof(output), output, "Not one output."),
    };

    /// <summary>A tensor over the beginning of a pinned array, which must outlive it.</summary>
    private static OrtValue View<T>(T[] pinned, TensorElementType type, long[] shape)
        where T : unmanaged
    {
        long count = 1;
        foreach (long size in shape)
            count *= size;
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, type, shape, Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0), count * Marshal.SizeOf<T>());
    }
}
