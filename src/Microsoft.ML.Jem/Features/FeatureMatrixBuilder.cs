using System.Numerics.Tensors;

namespace Microsoft.ML.Jem.Features;

/// <summary>Collects feature rows of a known width, however many there are: as bytes while all values are, then as floats.</summary>
internal sealed class FeatureMatrixBuilder(int width)
{
    private readonly float[] _row = new float[width];
    private readonly byte[] _byteRow = new byte[width];
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
        if (_bytes is not null && ByteFeatureMatrix.TryConvert(_row, _byteRow))
        {
            _byteRow.CopyTo(_bytes.Add());
            return;
        }

        if (_bytes is not null)
            TurnIntoFloats(_bytes);
        _row.CopyTo(_floats.Add());
    }

    /// <summary>The rows kept so far. The builder is empty afterwards.</summary>
    public FeatureMatrix ToMatrix()
    {
        FeatureMatrix matrix = _bytes is not null ? new ByteFeatureMatrix(_bytes, width) : new DenseFeatureMatrix(_floats, width);
        (_bytes, _floats) = (new RowBlocks<byte>(width), new RowBlocks<float>(width));
        return matrix;
    }

    private void TurnIntoFloats(RowBlocks<byte> bytes)
    {
        for (int row = 0; row < bytes.Count; row++)
            TensorPrimitives.ConvertTruncating<byte, float>(bytes[row], _floats.Add());
        _bytes = null;
    }
}
