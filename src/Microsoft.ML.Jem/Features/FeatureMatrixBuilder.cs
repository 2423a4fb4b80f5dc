namespace Microsoft.ML.Jem.Features;

/// <summary>Collects feature rows of a known width, however many there are.</summary>
internal sealed class FeatureMatrixBuilder
{
    /// <summary>Values in a block: four megabytes, which keeps the unused end small and the number of blocks too.</summary>
    private const int BlockValues = 1 << 20;

    private readonly List<float[]> _blocks = [];
    private readonly int _width;
    private readonly int _rowsPerBlock;
    private int _rowCount;

    public FeatureMatrixBuilder(int width)
    {
        _width = width;
        _rowsPerBlock = Math.Max(BlockValues / width, 1);
    }

    /// <summary>
    /// Where the next row's values go. The row counts only once <see cref="Commit"/> is called, so that a row found to be bad
    /// is overwritten by the next.
    /// </summary>
    public Span<float> NextRow()
    {
        (int block, int row) = Math.DivRem(_rowCount, _rowsPerBlock);
        if (block == _blocks.Count)
            _blocks.Add(GC.AllocateUninitializedArray<float>(_rowsPerBlock * _width));
        return _blocks[block].AsSpan(row * _width, _width);
    }

    /// <summary>Keeps the row last handed out.</summary>
    public void Commit() => _rowCount++;

    /// <summary>The rows kept so far.</summary>
    public FeatureMatrix ToMatrix() => new DenseFeatureMatrix([.. _blocks], _rowsPerBlock, _rowCount, _width);
}
