using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Jem.Scoring;

/// <summary>A model ready to score: one ONNX Runtime session, shared by any number of threads.</summary>
/// <remarks>
/// Each thread scores through a <see cref="ScoringBatch"/> of its own. Disposing the scorer while batches run is safe: runs
/// under way end normally, later ones throw <see cref="ObjectDisposedException"/>.
/// </remarks>
internal sealed class OnnxScorer : IDisposable
{
    private readonly InferenceSession _session;
    private readonly UseCount _uses;
    private readonly bool _onCpu;

    /// <summary>Opens a session.</summary>
    /// <param name="model">A model file as <see cref="JemGraph.Write"/> makes it.</param>
    /// <param name="options">Threads and device; the CPU with one thread where none are given.</param>
    /// <exception cref="InvalidOperationException">ONNX Runtime is missing, the device is not available, or the file is no model of ours.</exception>
    public OnnxScorer(byte[] model, OnnxScorerOptions? options = null)
    {
        (_session, _onCpu) = OnnxSessionFactory.Create(model, options ?? new OnnxScorerOptions());
        _uses = new UseCount(_session.Dispose);
        foreach ((ScoreOutputs output, string name) in ScoreOutputNames.All)
        {
            if (_session.OutputMetadata.ContainsKey(name))
                Outputs |= output;
        }

        string perClass = Outputs.HasFlag(ScoreOutputs.Score) ? JemNames.Score : JemNames.Logits;
        if (!TryGetRowSize(_session.InputMetadata, JemNames.Features, out int width) || !TryGetRowSize(_session.OutputMetadata, perClass, out int classCount))
        {
            _session.Dispose();
            throw new InvalidOperationException($"The ONNX graph is no model of {JemGraph.ProducerName}: it needs an input '{JemNames.Features}' and an output '{JemNames.Score}' of two dimensions.");
        }

        Width = width;
        StatisticCount = TryGetRowSize(_session.OutputMetadata, JemNames.Statistics, out int statisticCount) ? statisticCount : 0;
        ClassCount = classCount;
    }

    /// <summary>Number of features, d.</summary>
    public int Width { get; }

    /// <summary>Number of classes, K.</summary>
    public int ClassCount { get; }

    /// <summary>Number of statistics of a model that is not calibrated yet; otherwise 0.</summary>
    public int StatisticCount { get; }

    /// <summary>How many threads may score at the same time with profit: one where all would wait for the same GPU.</summary>
    public int MostThreads => _onCpu ? Environment.ProcessorCount : 1;

    /// <summary>The outputs this model has.</summary>
    public ScoreOutputs Outputs { get; }

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

    /// <summary>Scores rows of the buffers. What was bound last is bound anew only where the number of rows or the choice of outputs changed.</summary>
    internal void Run(RunOptions options, ScoringBuffers buffers, int rows, ScoreOutputs outputs, ref BoundValues? bound)
    {
        Enter();
        try
        {
            if (bound is null || bound.Rows != rows || bound.Choice != outputs)
            {
                bound?.Dispose();
                bound = null;
                bound = new BoundValues(_session, _onCpu, buffers, rows, outputs);
            }

            bound.Run(_session, options);
        }
        finally
        {
            Exit();
        }
    }

    private void Enter()
    {
        if (!_uses.TryEnter())
            throw new ObjectDisposedException(nameof(OnnxScorer), "The model was disposed and can score no more.");
    }

    private void Exit() => _uses.Exit();

    private static bool TryGetRowSize(IReadOnlyDictionary<string, NodeMetadata> values, string name, out int size)
    {
        bool isMatrix = values.TryGetValue(name, out NodeMetadata? metadata) && metadata.Dimensions.Length == 2;
        size = isMatrix ? metadata!.Dimensions[1] : 0;
        return size > 0;
    }
}
