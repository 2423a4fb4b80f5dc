using System.Runtime.InteropServices;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Jem.Scoring;

/// <summary>ONNX Runtime's views of a batch's buffers for one number of rows and one choice of outputs.</summary>
internal sealed class BoundValues : IDisposable
{
    private static readonly string[] InputNames = [JemNames.Features];

    private readonly OrtValue[] _inputs;
    private readonly string[] _outputNames;
    private readonly OrtValue[] _outputs;
    private readonly OrtIoBinding? _binding;

    /// <summary>Binds the buffers.</summary>
    /// <param name="session">The session they are bound to.</param>
    /// <param name="reuseInput">Whether the session reads the input buffer itself at each run. A GPU would keep a copy made now.</param>
    /// <param name="buffers">The buffers; they must outlive this object.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="outputs">The outputs to compute.</param>
    public BoundValues(InferenceSession session, bool reuseInput, ScoringBuffers buffers, int rows, ScoreOutputs outputs)
    {
        Session = session;
        Rows = rows;
        Choice = outputs;
        (ScoreOutputs Output, string Name)[] chosen = [.. ScoreOutputNames.All.Where(output => outputs.HasFlag(output.Output))];
        _inputs = [View(buffers.Features, TensorElementType.Float, [rows, buffers.Width])];
        _outputNames = [.. chosen.Select(output => output.Name)];
        _outputs = [.. chosen.Select(output => View(buffers, rows, output.Output))];
        if (!reuseInput)
            return;

        _binding = session.CreateIoBinding();
        _binding.BindInput(JemNames.Features, _inputs[0]);
        for (int i = 0; i < _outputs.Length; i++)
            _binding.BindOutput(_outputNames[i], _outputs[i]);
    }

    public InferenceSession Session { get; }

    public int Rows { get; }

    public ScoreOutputs Choice { get; }

    /// <summary>Runs the graph on what the buffers hold now.</summary>
    public void Run(RunOptions options)
    {
        if (_binding is not null)
            Session.RunWithBinding(options, _binding);
        else
            Session.Run(options, InputNames, _inputs, _outputNames, _outputs);
    }

    public void Dispose()
    {
        _binding?.Dispose();
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
        ScoreOutputs.Statistics => View(buffers.Statistics, TensorElementType.Float, [rows, buffers.StatisticCount]),
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
