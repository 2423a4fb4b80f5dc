using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Replays the source's rows, which are read and scored in blocks, one by one with our columns added, in the source's order.</summary>
internal sealed class ScoringCursor : RootCursorBase
{
    private readonly RowBlockReader _reader;
    private readonly ColumnBindings _bindings;
    private readonly bool[] _active;
    private readonly ScoreGetters _scores;
    private RowBlock? _block;
    private bool _disposed;

    /// <summary>Opens a cursor.</summary>
    /// <param name="provider">Where the cursor reports.</param>
    /// <param name="reader">Reads the source columns that are active; the cursor owns it from now on.</param>
    /// <param name="bindings">The source's columns and ours.</param>
    /// <param name="active">Which of them the consumer wants.</param>
    /// <param name="classCount">Number of classes.</param>
    public ScoringCursor(IChannelProvider provider, RowBlockReader reader, ColumnBindings bindings, bool[] active, int classCount)
        : base(provider)
    {
        _reader = reader;
        _bindings = bindings;
        _active = active;
        _scores = new ScoreGetters(() => Current().Scores, classCount);
    }

    public override DataViewSchema Schema => _bindings.Schema;

    public override long Batch => _block?.Batch ?? 0;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = Current().Id;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Ch.CheckParam(IsColumnActive(column), nameof(column), "requested column not active");
        int index = _bindings.MapColumnIndex(out bool isSource, column.Index);
        Delegate getter = isSource ? _reader.CreateGetter(index, Current) : _scores.Create(index);
        return TypedGetter.Of<TValue>(getter, column);
    }

    protected override bool MoveNextCore()
    {
        if (_block is not null && _block.MoveNext())
            return true;

        // The block is the reader's again, even if the next one cannot be made.
        RowBlock? last = _block;
        _block = null;
        _block = _reader.Next(last, _scores.Requested);
        return _block.MoveNext();
    }

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        if (disposing)
        {
            _block?.Dispose();
            _reader.Dispose();
        }

        _disposed = true;
        base.Dispose(disposing);
    }

    private RowBlock Current()
    {
        Ch.Check(Position >= 0 && _block is not null, "Cannot read a value before the first or after the last row.");
        return _block!;
    }
}
