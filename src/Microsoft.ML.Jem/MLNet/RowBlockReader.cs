using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Scoring;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// Reads a source in blocks of rows, in order, on the consumer's thread; once the consumer has read many rows, a few blocks
/// ahead, which are scored on other threads meanwhile.
/// </summary>
internal sealed class RowBlockReader : IDisposable
{
    /// <summary>Rows in a full block: large enough that the cost of a call to ONNX Runtime disappears, small enough for the processor's caches.</summary>
    private const int LargestBlock = 512;

    /// <summary>Rows in the first block; it doubles from there, so that a consumer of a few rows does not wait for many.</summary>
    private const int FirstBlock = 64;

    /// <summary>Feature values a block may hold, so that blocks of wide rows, and what a network makes of them, do not fill the memory.</summary>
    private const int LargestBlockValues = 1 << 17;

    private readonly DataViewRowCursor _input;
    private readonly OnnxScorer _scorer;
    private readonly DataViewSchema.Column[] _sourceColumns;
    private readonly ColumnBlock[] _columns;
    private readonly FeatureGetter _features;
    private readonly Func<bool> _moveNext;
    private readonly ValueGetter<DataViewRowId> _id;
    private readonly Queue<RowBlock> _ahead = [];
    private readonly Stack<RowBlock> _free = [];
    private readonly int _largestBlock;
    private readonly int _blocksAhead;
    private int _blockSize;
    private bool _atEnd;

    /// <summary>Opens a reader.</summary>
    /// <param name="input">The source's cursor, which the reader owns from now on.</param>
    /// <param name="columns">The source columns to keep.</param>
    /// <param name="features">The feature column.</param>
    /// <param name="image">The shape of images, where the features are images.</param>
    /// <param name="scorer">The model.</param>
    /// <param name="source">The source, in which an error looks for the names of files.</param>
    /// <param name="threads">How many threads may score at the same time; with 1, blocks are scored where they are read.</param>
    public RowBlockReader(
        DataViewRowCursor input, DataViewSchema.Column[] columns, DataViewSchema.Column features, ImageShape? image,
        OnnxScorer scorer, IDataView source, int threads)
    {
        _input = input;
        _scorer = scorer;
        _sourceColumns = columns;
        _columns = Array.ConvertAll(columns, column => ColumnBlock.Create(input, column));
        _features = FeatureGetter.Create(input, features, scorer.Width, image, source);
        _moveNext = () => FailingRow.MoveNext(input, source, features, scorer.Width, image);
        _id = input.GetIdGetter();
        _largestBlock = Math.Clamp(LargestBlockValues / scorer.Width, 1, LargestBlock);
        _blockSize = Math.Min(FirstBlock, _largestBlock);
        _blocksAhead = threads > 1 ? threads : 0;
    }

    /// <summary>The next block, which the caller owns until it comes back as <paramref name="last"/>; an empty one at the end.</summary>
    /// <param name="last">The block before, which is used again; null for the first.</param>
    /// <param name="needed">What is needed of the rows to come.</param>
    public RowBlock Next(RowBlock? last, ScoreOutputs needed)
    {
        // A consumer that did not look at the scores of a whole block may not look at those to come either.
        int blocksAhead = last is { Scores.IsComputed: true } && _blockSize == _largestBlock ? _blocksAhead : 0;
        if (last is not null)
            _free.Push(last);
        RowBlock? next = _ahead.Count > 0 ? _ahead.Dequeue() : null;
        if (next is null)
        {
            next = ReadBlock();
            if (blocksAhead > 0)
                next.Scores.ComputeAhead(needed);
        }

        while (_ahead.Count < blocksAhead && !_atEnd)
        {
            RowBlock block = ReadBlock();
            block.Scores.ComputeAhead(needed);
            _ahead.Enqueue(block);
        }

        return next;
    }

    /// <summary>A getter of the source column number <paramref name="column"/> for the current row of the current block.</summary>
    public Delegate CreateGetter(int column, Func<RowBlock> current)
    {
        int index = Array.FindIndex(_sourceColumns, candidate => candidate.Index == column);
        return _columns[index].CreateGetter(index, current);
    }

    public void Dispose()
    {
        foreach (RowBlock block in _ahead)
            block.Dispose();
        foreach (RowBlock block in _free)
            block.Dispose();
        _input.Dispose();
    }

    private RowBlock ReadBlock()
    {
        RowBlock block = TakeBlock();
        try
        {
            for (int i = 0; i < _blockSize && !_atEnd; i++)
            {
                _atEnd = !_moveNext();
                if (!_atEnd)
                    block.Add(_features, _id, _input.Batch);
            }
        }
        catch (Exception exception)
        {
            _atEnd = true;
            block.Fail(exception);
        }

        _blockSize = Math.Min(_blockSize * 2, _largestBlock);
        return block;
    }

    private RowBlock TakeBlock()
    {
        if (_free.TryPop(out RowBlock? free))
        {
            if (free.Capacity >= _blockSize)
            {
                free.Clear();
                return free;
            }

            free.Dispose();
        }

        var block = new RowBlock(Array.ConvertAll(_columns, column => column.WithCapacity(_blockSize)), new ScoredRows(_scorer, _blockSize), _blockSize);
        block.Clear();
        return block;
    }
}
