using Microsoft.ML.Jem.Scoring;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// A block of rows and what the model says of them. The model runs when the first value is needed, or ahead of that on
/// another thread.
/// </summary>
internal sealed class ScoredRows : IDisposable
{
    private readonly ScoringBatch _batch;
    private readonly BackgroundRun _background;
    private readonly int _width;
    private readonly int _classCount;
    private ScoreOutputs _computed;
    private ScoreOutputs _inBackground;
    private int _rowCount;

    public ScoredRows(OnnxScorer scorer, int capacity)
    {
        _batch = scorer.CreateBatch(capacity);
        _background = new BackgroundRun(_batch);
        _width = scorer.Width;
        _classCount = scorer.ClassCount;
    }

    /// <summary>Which row the values below belong to.</summary>
    public int Slot { get; set; }

    /// <summary>Whether any value was needed.</summary>
    public bool IsComputed => _computed != ScoreOutputs.None;

    /// <summary>The predicted class, counted from 1; 0 for none.</summary>
    public uint PredictedLabel => (uint)(_batch.PredictedLabel[Slot] + 1);

    /// <summary>Probabilities, one a class.</summary>
    public ReadOnlySpan<float> Score => _batch.Score.Slice(Slot * _classCount, _classCount);

    public float Energy => _batch.Energy[Slot];

    public float OodScore => _batch.OodScore[Slot];

    /// <summary>Where the features of the row in <paramref name="slot"/> go.</summary>
    public Span<float> FeaturesOf(int slot) => _batch.Features.Slice(slot * _width, _width);

    /// <summary>Says that new features lie in the first <paramref name="rowCount"/> slots.</summary>
    public void Refilled(int rowCount)
    {
        _rowCount = rowCount;
        _computed = ScoreOutputs.None;
    }

    /// <summary>Has the model run on another thread, since <paramref name="outputs"/> will be needed.</summary>
    public void ComputeAhead(ScoreOutputs outputs)
    {
        _inBackground = outputs;
        _background.Start(_rowCount, outputs);
    }

    /// <summary>Returns once <paramref name="outputs"/> are there.</summary>
    public void Compute(ScoreOutputs outputs)
    {
        if ((outputs & ~_computed) == ScoreOutputs.None)
            return;
        if (_inBackground != ScoreOutputs.None)
        {
            ScoreOutputs ahead = _inBackground;
            _inBackground = ScoreOutputs.None;
            _background.Complete();
            _computed = ahead;
        }

        if ((outputs & ~_computed) != ScoreOutputs.None)
        {
            _batch.Run(_rowCount, outputs);
            _computed = outputs;
        }
    }

    /// <summary>Returns once no other thread works on these rows, which nobody needs any more.</summary>
    public void Abandon()
    {
        if (_inBackground == ScoreOutputs.None)
            return;
        _inBackground = ScoreOutputs.None;
        _background.Stop();
    }

    public void Dispose()
    {
        Abandon();
        _batch.Dispose();
    }
}
