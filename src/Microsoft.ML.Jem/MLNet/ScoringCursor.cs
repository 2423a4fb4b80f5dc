using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// Reads the source a block of rows at a time, keeps the columns the consumer wants, scores the block in one call and replays
/// it row by row. The source is read once, in order, by one cursor.
/// </summary>
internal sealed class ScoringCursor : RootCursorBase
{
    /// <summary>Rows in a full block: large enough that the cost of a call to ONNX Runtime disappears.</summary>
    private const int LargestBlock = 1024;

    /// <summary>Rows in the first block; it doubles from there, so that a consumer of a few rows does not wait for a thousand.</summary>
    private const int FirstBlock = 64;

    /// <summary>Feature values a block may hold, so that wide rows do not take hundreds of megabytes.</summary>
    private const int LargestBlockValues = 1 << 20;

    private readonly DataViewRowCursor _input;
    private readonly ColumnBindings _bindings;
    private readonly bool[] _active;
    private readonly FeatureGetter _features;
    private readonly Func<bool> _moveNext;
    private readonly ScoredRows _scores;
    private readonly Dictionary<int, ColumnBlock> _sourceColumns = [];
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private readonly int _capacity;
    private int _blockSize;
    private int _rowCount;
    private int _current = -1;
    private bool _disposed;

    public ScoringCursor(
        IChannelProvider provider, DataViewRowCursor input, ColumnBindings bindings, bool[] active,
        DataViewSchema.Column features, ImageShape? image, OnnxScorer scorer, IDataView source)
        : base(provider)
    {
        _input = input;
        _bindings = bindings;
        _active = active;
        _capacity = Math.Clamp(LargestBlockValues / scorer.Width, 1, LargestBlock);
        _blockSize = Math.Min(FirstBlock, _capacity);
        _features = FeatureGetter.Create(input, features, scorer.Width, image, source);
        _moveNext = () => FailingRow.MoveNext(input, source, features, scorer.Width, image);
        _scores = new ScoredRows(scorer, _capacity);
        _inputId = input.GetIdGetter();
        _ids = new DataViewRowId[_capacity];
        _batches = new long[_capacity];
        for (int i = 0; i < active.Length; i++)
        {
            int index = bindings.MapColumnIndex(out bool isSource, i);
            if (active[i] && isSource)
                _sourceColumns.Add(index, ColumnBlock.Create(input, input.Schema[index], _capacity));
        }
    }

    public override DataViewSchema Schema => _bindings.Schema;

    public override long Batch => _current < 0 ? 0 : _batches[_current];

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Current()];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Ch.CheckParam(IsColumnActive(column), nameof(column), "requested column not active");
        int index = _bindings.MapColumnIndex(out bool isSource, column.Index);
        Delegate getter = isSource ? _sourceColumns[index].CreateGetter(Current) : _scores.CreateGetter(index, Current);
        return TypedGetter.Of<TValue>(getter, column);
    }

    protected override bool MoveNextCore()
    {
        if (_current + 1 < _rowCount)
        {
            _current++;
            return true;
        }

        return ReadBlock();
    }

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        if (disposing)
        {
            _scores.Dispose();
            _input.Dispose();
        }

        _disposed = true;
        base.Dispose(disposing);
    }

    private bool ReadBlock()
    {
        _rowCount = 0;
        while (_rowCount < _blockSize && _moveNext())
        {
            _features.Read(_scores.FeaturesOf(_rowCount));
            foreach (ColumnBlock column in _sourceColumns.Values)
                column.Read(_rowCount);
            _inputId(ref _ids[_rowCount]);
            _batches[_rowCount] = _input.Batch;
            _rowCount++;
        }

        _scores.Refilled(_rowCount);
        _blockSize = Math.Min(_blockSize * 2, _capacity);
        _current = 0;
        return _rowCount > 0;
    }

    private int Current()
    {
        Ch.Check(Position >= 0 && _rowCount > 0, "Cannot read a value before the first or after the last row.");
        return _current;
    }
}
