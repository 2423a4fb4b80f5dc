using System.Numerics.Tensors;

namespace Microsoft.ML.Jem.Features;

/// <summary>
/// Collects feature rows of a known width, however many there are, in the smallest form: wide rows as their values other than 0
/// while those are few; the others as bytes while all values are whole numbers from 0 to 255; the rest as floats.
/// </summary>
internal sealed class FeatureMatrixBuilder(int width)
{
    /// <summary>Rows narrower than this are never stored sparsely: they are small either way, and faster to copy.</summary>
    private const int NarrowestSparse = 4096;

    /// <summary>The first rows may be dense by chance: sparse storage of this size is never given up.</summary>
    private const long AlwaysSparse = 1 << 20;

    private readonly float[] _row = new float[width];
    private readonly byte[] _byteRow = new byte[width];
    private SparseRows? _sparse = width >= NarrowestSparse ? new SparseRows() : null;
    private RowBlocks<byte>? _bytes = new(width);
    private RowBlocks<float> _floats = new(width);

    /// <summary>
    /// Where the next row's values go. The row counts only once <see cref="Commit"/> is called, so that a row found to be bad
    /// is overwritten by the next.
    /// </summary>
    public Span<float> NextRow() => _row;

    /// <summary>Keeps the row last handed out.</summary>
    public void Commit()
    {
        if (_sparse is null)
        {
            AddDense(_row);
            return;
        }

        _sparse.Add(_row);
        if (_sparse.Bytes > Math.Max(AlwaysSparse, _sparse.Count * (long)width))
            TurnDense(_sparse);
    }

    /// <summary>The rows kept so far. The builder is empty afterwards.</summary>
    public FeatureMatrix ToMatrix()
    {
        FeatureMatrix matrix = _sparse is not null ? new SparseFeatureMatrix(_sparse, width)
            : _bytes is not null ? new ByteFeatureMatrix(_bytes, width)
            : new DenseFeatureMatrix(_floats, width);
        _sparse = width >= NarrowestSparse ? new SparseRows() : null;
        (_bytes, _floats) = (new RowBlocks<byte>(width), new RowBlocks<float>(width));
        return matrix;
    }

    private void AddDense(ReadOnlySpan<float> row)
    {
        if (_bytes is not null && ByteFeatureMatrix.TryConvert(row, _byteRow))
        {
            _byteRow.CopyTo(_bytes.Add());
            return;
        }

        if (_bytes is not null)
            TurnIntoFloats(_bytes);
        row.CopyTo(_floats.Add());
    }

    private void TurnDense(SparseRows rows)
    {
        _sparse = null;
        for (int row = 0; row < rows.Count; row++)
        {
            rows.CopyTo(row, _row);
            AddDense(_row);
        }
    }

    private void TurnIntoFloats(RowBlocks<byte> bytes)
    {
        for (int row = 0; row < bytes.Count; row++)
            TensorPrimitives.ConvertTruncating<byte, float>(bytes[row], _floats.Add());
        _bytes = null;
    }
}
