using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Jem.Scoring;

/// <summary>A model ready to score, shared by any number of threads.</summary>
/// <remarks>
/// Each thread scores through a <see cref="ScoringBatch"/> of its own. Disposing the scorer while batches run is safe: runs
/// under way end normally, later ones throw <see cref="ObjectDisposedException"/>.
/// </remarks>
internal sealed class OnnxScorer : IDisposable
{
    private readonly SessionSet _sessions;
    private readonly UseCount _uses;

    /// <summary>Makes a model ready.</summary>
    /// <param name="model">A model file as <see cref="JemGraph.Write"/> makes it.</param>
    /// <param name="options">Threads and device; the CPU with one thread where none are given.</param>
    /// <exception cref="InvalidOperationException">ONNX Runtime is missing, the device is not available, or the file is no model of ours.</exception>
    public OnnxScorer(byte[] model, OnnxScorerOptions? options = null)
    {
        _sessions = new SessionSet(model, options ?? new OnnxScorerOptions());
        _uses = new UseCount(_sessions.Dispose);
        IReadOnlyDictionary<string, NodeMetadata> outputs = _sessions.Full.OutputMetadata;
        string perClass = Outputs.HasFlag(ScoreOutputs.Score) ? JemNames.Score : JemNames.Logits;
        if (!TryGetRowSize(_sessions.Full.InputMetadata, JemNames.Features, out int width) || !TryGetRowSize(outputs, perClass, out int classCount))
        {
            _sessions.Dispose();
            throw new InvalidOperationException($"The ONNX graph is no model of {JemGraph.ProducerName}: it needs an input '{JemNames.Features}' and an output '{JemNames.Score}' of two dimensions.");
        }

        Width = width;
        StatisticCount = TryGetRowSize(outputs, JemNames.Statistics, out int statisticCount) ? statisticCount : 0;
        ClassCount = classCount;
    }

    /// <summary>Number of features, d.</summary>
    public int Width { get; }

    /// <summary>Number of classes, K.</summary>
    public int ClassCount { get; }

    /// <summary>Number of statistics of a model that is not calibrated yet; otherwise 0.</summary>
    public int StatisticCount { get; }

    /// <summary>How many threads may score at the same time with profit: one where all would wait for the same GPU.</summary>
    public int MostThreads => _sessions.OnCpu ? Environment.ProcessorCount : 1;

    /// <summary>The outputs this model has.</summary>
    public ScoreOutputs Outputs => _sessions.Outputs;

    /// <summary>The metadata in the model's file.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _sessions.Full.ModelMetadata.CustomMetadataMap;

    /// <summary>Number of ONNX Runtime sessions open.</summary>
    public int SessionCount => _sessions.Count;

    /// <summary>Makes buffers for up to <paramref name="capacity"/> rows, for use by one thread at a time.</summary>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public ScoringBatch CreateBatch(int capacity)
    {
        Enter();
        Exit();
        return new ScoringBatch(this, capacity);
    }

    /// <inheritdoc/>
    public void Dispose() => _uses.Close();

    /// <summary>Scores rows of the buffers. What was bound last is bound anew only where the number of rows, the choice of outputs or the session changed.</summary>
    internal void Run(RunOptions options, ScoringBuffers buffers, int rows, ScoreOutputs outputs, ref BoundValues? bound)
    {
        Enter();
        try
        {
            InferenceSession session = _sessions.Choose(outputs, rows);
            if (bound is null || bound.Session != session || bound.Rows != rows || bound.Choice != outputs)
            {
                bound?.Dispose();
                bound = null;
                bound = new BoundValues(session, _sessions.OnCpu, buffers, rows, outputs);
            }

            bound.Run(options);
        }
        finally
        {
            Exit();
        }
    }

    private void Enter()
    {
        bool isOpen = _uses.TryEnter();
        DisposedModel.ThrowIf(!isOpen);
    }

    private void Exit() => _uses.Exit();

    private static bool TryGetRowSize(IReadOnlyDictionary<string, NodeMetadata> values, string name, out int size)
    {
        bool isMatrix = values.TryGetValue(name, out NodeMetadata? metadata) && metadata.Dimensions.Length == 2;
        size = isMatrix ? metadata!.Dimensions[1] : 0;
        return size > 0;
    }
}
