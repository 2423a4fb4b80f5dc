using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Benchmarks.Data;

/// <summary>Reads Score, and OodScore where there is one, of every row of a scored view.</summary>
internal sealed class ScoreCursor : IDisposable
{
    private readonly DataViewRowCursor _cursor;
    private readonly ValueGetter<VBuffer<float>> _score;
    private readonly ValueGetter<float>? _oodScore;
    private VBuffer<float> _scores;
    private float _value;

    public ScoreCursor(IDataView scored)
    {
        DataViewSchema.Column score = scored.Schema[nameof(Scored.Score)];
        DataViewSchema.Column? oodScore = scored.Schema.GetColumnOrNull(nameof(Scored.OodScore));
        _cursor = scored.GetRowCursor(oodScore is null ? [score] : [score, oodScore.Value]);
        _score = _cursor.GetGetter<VBuffer<float>>(score);
        _oodScore = oodScore is null ? null : _cursor.GetGetter<float>(oodScore.Value);
    }

    /// <summary>Rows read so far.</summary>
    public int RowCount { get; private set; }

    /// <summary>Reads the next rows.</summary>
    /// <exception cref="InvalidOperationException">There are not as many.</exception>
    public void Read(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!_cursor.MoveNext())
                throw new InvalidOperationException($"Expected {count} more rows, but there were {i}.");
            _score(ref _scores);
            _oodScore?.Invoke(ref _value);
        }

        RowCount += count;
    }

    /// <inheritdoc/>
    public void Dispose() => _cursor.Dispose();
}
