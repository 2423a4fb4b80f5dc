using Microsoft.ML.Data;
using Microsoft.ML.Jem.Scoring;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// Getters of our columns. Only outputs that getters were asked for are computed; a consumer that reads none of our columns
/// never runs the model.
/// </summary>
/// <param name="current">The block that holds the current row, its slot set to that row.</param>
/// <param name="classCount">Number of classes.</param>
internal sealed class ScoreGetters(Func<ScoredRows> current, int classCount)
{
    /// <summary>The outputs that getters were asked for.</summary>
    public ScoreOutputs Requested { get; private set; }

    /// <summary>A getter of one of the <see cref="ScoreColumns"/>.</summary>
    public Delegate Create(int column)
    {
        switch (column)
        {
            case ScoreColumns.PredictedLabel:
                Requested |= ScoreOutputs.PredictedLabel;
                return (ValueGetter<uint>)((ref uint value) => value = Computed().PredictedLabel);
            case ScoreColumns.Score:
                Requested |= ScoreOutputs.Score;
                return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
                {
                    ReadOnlySpan<float> score = Computed().Score;
                    VBufferEditor<float> editor = VBufferEditor.Create(ref value, classCount);
                    score.CopyTo(editor.Values);
                    value = editor.Commit();
                });
            case ScoreColumns.Energy:
                Requested |= ScoreOutputs.Energy;
                return (ValueGetter<float>)((ref float value) => value = Computed().Energy);
            case ScoreColumns.OodScore:
                Requested |= ScoreOutputs.OodScore;
                return (ValueGetter<float>)((ref float value) => value = Computed().OodScore);
            default:
                throw new ArgumentOutOfRangeException(nameof(column), column, "Not a column of a Jem model.");
        }
    }

    private ScoredRows Computed()
    {
        ScoredRows rows = current();
        rows.Compute(Requested);
        return rows;
    }
}
