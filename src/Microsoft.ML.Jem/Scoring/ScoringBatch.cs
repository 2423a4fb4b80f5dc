using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Jem.Scoring;

/// <summary>Buffers in which rows are scored without allocating: fill <see cref="Features"/>, call <see cref="Run"/>, read the outputs.</summary>
/// <remarks>For one thread at a time. Outputs hold the rows of the last <see cref="Run"/> that asked for them.</remarks>
internal sealed class ScoringBatch : IDisposable
{
    /// <summary>The predicted label of a row with a feature that is not finite.</summary>
    public const long NoLabel = -1;

    private readonly OnnxScorer _scorer;
    private readonly ScoringBuffers _buffers;
    private readonly RunOptions _options = new();
    private BoundValues? _bound;
    private bool _disposed;

    internal ScoringBatch(OnnxScorer scorer, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _scorer = scorer;
        _buffers = new ScoringBuffers(capacity, scorer.Width, scorer.ClassCount, scorer.StatisticCount);
        Capacity = capacity;
    }

    /// <summary>The most rows a run can score.</summary>
    public int Capacity { get; }

    /// <summary>The rows to score, [<see cref="Capacity"/>, d] row-major.</summary>
    public Span<float> Features => _buffers.Features;

    /// <summary>Zero-based predicted classes, one a row; <see cref="NoLabel"/> for a row with a feature that is not finite.</summary>
    public ReadOnlySpan<long> PredictedLabel => _buffers.PredictedLabel;

    /// <summary>Calibrated probabilities, K a row, row-major.</summary>
    public ReadOnlySpan<float> Score => _buffers.Score;

    /// <summary>Energies, one a row.</summary>
    public ReadOnlySpan<float> Energy => _buffers.Energy;

    /// <summary>1 − conformal p-value, one a row.</summary>
    public ReadOnlySpan<float> OodScore => _buffers.OodScore;

    /// <summary>Logits, K a row, row-major.</summary>
    public ReadOnlySpan<float> Logits => _buffers.Logits;

    /// <summary>Statistics, <see cref="OnnxScorer.StatisticCount"/> a row, row-major.</summary>
    public ReadOnlySpan<float> Statistics => _buffers.Statistics;

    /// <summary>Scores the first <paramref name="rows"/> rows of <see cref="Features"/>.</summary>
    /// <param name="rows">Number of rows, 0 to <see cref="Capacity"/>.</param>
    /// <param name="outputs">What is wanted; the rest is not fetched. With nothing wanted, the model does not run.</param>
    /// <exception cref="ObjectDisposedException">The batch or its scorer was disposed.</exception>
    /// <exception cref="InvalidOperationException">The model does not have an output that is asked for.</exception>
    public void Run(int rows, ScoreOutputs outputs)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, Capacity);
        if ((outputs & ~_scorer.Outputs) != 0)
            throw new InvalidOperationException($"This model has no output {outputs & ~_scorer.Outputs}. It has {_scorer.Outputs}.");
        if (rows == 0 || outputs == ScoreOutputs.None)
            return;

        _scorer.Run(_options, _buffers, rows, outputs, ref _bound);
        if ((outputs & ScoreOutputs.PredictedLabel) != 0)
            UnlabelRowsNotFinite(rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _bound?.Dispose();
        _options.Dispose();
    }

    /// <summary>The graph's scores for such rows are NaN, of which ArgMax makes some class or other.</summary>
    private void UnlabelRowsNotFinite(int rows)
    {
        int width = _buffers.Width;
        Span<float> features = _buffers.Features.AsSpan(0, rows * width);
        if (IsFinite(features))
            return;

        for (int row = 0; row < rows; row++)
        {
            if (!IsFinite(features.Slice(row * width, width)))
                _buffers.PredictedLabel[row] = NoLabel;
        }
    }

    private static bool IsFinite(ReadOnlySpan<float> values) => float.IsFinite(TensorPrimitives.MaxMagnitude(values));
}
