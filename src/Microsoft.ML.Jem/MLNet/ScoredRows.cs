using Microsoft.ML.Data;
using Microsoft.ML.Jem.Scoring;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// Turns a <see cref="ScoringBatch"/> into getters of our columns. The model runs when the first getter is called for a batch,
/// and computes only the outputs that getters were asked for; a consumer that reads none of our columns never runs it.
/// </summary>
internal sealed class ScoredRows(OnnxScorer scorer, int capacity) : IDisposable
{
    private readonly ScoringBatch _batch = scorer.CreateBatch(capacity);
    private readonly int _classCount = scorer.ClassCount;
    private ScoreOutputs _requested;
    private ScoreOutputs _computed;
    private int _rowCount;

    /// <summary>Where the features of the row in <paramref name="slot"/> go.</summary>
    public Span<float> FeaturesOf(int slot) => _batch.Features.Slice(slot * scorer.Width, scorer.Width);

    /// <summary>Says that new features lie in the first <paramref name="rowCount"/> slots.</summary>
    public void Refilled(int rowCount)
    {
        _rowCount = rowCount;
        _computed = ScoreOutputs.None;
    }

    /// <summary>A getter of one of the <see cref="ScoreColumns"/> for the row in the slot that <paramref name="current"/> gives.</summary>
    public Delegate CreateGetter(int column, Func<int> current)
    {
        switch (column)
        {
            case ScoreColumns.PredictedLabel:
                _requested |= ScoreOutputs.PredictedLabel;
                return (ValueGetter<uint>)((ref uint value) =>
                {
                    int slot = Computed(current);
                    value = (uint)_batch.PredictedLabel[slot] + 1;
                });
            case ScoreColumns.Score:
                _requested |= ScoreOutputs.Score;
                return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
                {
                    int slot = Computed(current);
                    VBufferEditor<float> editor = VBufferEditor.Create(ref value, _classCount);
                    _batch.Score.Slice(slot * _classCount, _classCount).CopyTo(editor.Values);
                    value = editor.Commit();
                });
            case ScoreColumns.Energy:
                _requested |= ScoreOutputs.Energy;
                return (ValueGetter<float>)((ref float value) =>
                {
                    int slot = Computed(current);
                    value = _batch.Energy[slot];
                });
            case ScoreColumns.OodScore:
                _requested |= ScoreOutputs.OodScore;
                return (ValueGetter<float>)((ref float value) =>
                {
                    int slot = Computed(current);
                    value = _batch.OodScore[slot];
                });
            default:
                throw new ArgumentOutOfRangeException(nameof(column), column, "Not a column of a Jem model.");
        }
    }

    public void Dispose() => _batch.Dispose();

    private int Computed(Func<int> current)
    {
        int slot = current();
        if ((_requested & ~_computed) != ScoreOutputs.None)
        {
            _batch.Run(_rowCount, _requested);
            _computed = _requested;
        }

        return slot;
    }
}
