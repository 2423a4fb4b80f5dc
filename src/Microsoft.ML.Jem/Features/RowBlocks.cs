namespace Microsoft.ML.Jem.Features;

/// <summary>Rows of values in equal blocks, so that rows whose number is not known are stored without ever being copied.</summary>
internal sealed class RowBlocks<T>
    where T : unmanaged
{
    /// <summary>Values in a block: at most four megabytes, which keeps the unused end small and the number of blocks too.</summary>
    private const int BlockValues = 1 << 20;

    private readonly List<T[]> _blocks = [];
    private readonly int _width;
    private readonly int _rowsPerBlock;

    /// <param name="width">Values in a row, at least 1.</param>
    public RowBlocks(int width) => (_width, _rowsPerBlock) = (width, Math.Max(BlockValues / width, 1));

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a row, whose values the caller fills in.</summary>
    public Span<T> Add()
    {
        int row = Count++;
        if (row / _rowsPerBlock == _blocks.Count)
            _blocks.Add(GC.AllocateUninitializedArray<T>(_rowsPerBlock * _width));
        return this[row];
    }

    /// <summary>The values of a row.</summary>
    public Span<T> this[int row]
    {
        get
        {
            (int block, int rowInBlock) = Math.DivRem(row, _rowsPerBlock);
            return _blocks[block].AsSpan(rowInBlock * _width, _width);
        }
    }
}
