using System.Runtime.ExceptionServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Rows of the source, kept until the consumer has read them, one after the other.</summary>
/// <param name="columns">The source columns the consumer wants.</param>
/// <param name="scores">The rows' features and scores.</param>
/// <param name="capacity">The most rows there can be.</param>
internal sealed class RowBlock(ColumnBlock[] columns, ScoredRows scores, int capacity) : IDisposable
{
    private readonly DataViewRowId[] _ids = new DataViewRowId[capacity];
    private readonly long[] _batches = new long[capacity];
    private int _rowCount;
    private ExceptionDispatchInfo? _error;

    /// <summary>The most rows there can be.</summary>
    public int Capacity => capacity;

    /// <summary>The source columns the consumer wants.</summary>
    public ColumnBlock[] Columns => columns;

    /// <summary>The rows' features and scores.</summary>
    public ScoredRows Scores => scores;

    /// <summary>The current row, −1 before the first.</summary>
    public int Slot => scores.Slot;

    /// <summary>The current row's id.</summary>
    public DataViewRowId Id => _ids[Slot];

    /// <summary>The current row's batch number.</summary>
    public long Batch => Slot < 0 ? 0 : _batches[Slot];

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        scores.Abandon();
        _rowCount = 0;
        _error = null;
        scores.Refilled(0);
        scores.Slot = -1;
    }

    /// <summary>Adds the row that the source's cursor stands at.</summary>
    public void Add(FeatureGetter features, ValueGetter<DataViewRowId> id, long batch)
    {
        features.Read(scores.FeaturesOf(_rowCount));
        foreach (ColumnBlock column in columns)
            column.Read(_rowCount);
        id(ref _ids[_rowCount]);
        _batches[_rowCount] = batch;
        scores.Refilled(++_rowCount);
    }

    /// <summary>Says that reading the row after the last one failed.</summary>
    public void Fail(Exception exception) => _error = ExceptionDispatchInfo.Capture(exception);

    /// <summary>Moves on to the next row, if there is one in this block.</summary>
    /// <remarks>What failed when the row was read, perhaps long before the consumer came here, is thrown here.</remarks>
    public bool MoveNext()
    {
        if (Slot + 1 < _rowCount)
        {
            scores.Slot++;
            return true;
        }

        _error?.Throw();
        return false;
    }

    public void Dispose() => scores.Dispose();
}
