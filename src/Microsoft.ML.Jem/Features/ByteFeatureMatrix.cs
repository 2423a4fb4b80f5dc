using System.Numerics.Tensors;

namespace Microsoft.ML.Jem.Features;

/// <summary>Rows of whole numbers from 0 to 255, as pixels are, stored as bytes: a quarter of the memory of floats.</summary>
internal sealed class ByteFeatureMatrix(RowBlocks<byte> rows, int width) : FeatureMatrix(rows.Count, width)
{
    /// <inheritdoc/>
    public override void CopyRow(int row, Span<float> destination) => TensorPrimitives.ConvertTruncating<byte, float>(rows[row], destination);

    /// <summary>Stores values as bytes; false, with <paramref name="destination"/> part filled, where one of them is no whole number from 0 to 255.</summary>
    public static bool TryConvert(ReadOnlySpan<float> values, Span<byte> destination)
    {
        for (int i = 0; i < values.Length; i++)
        {
            float value = values[i];
            if (!(value is >= 0 and <= byte.MaxValue))
                return false;
            destination[i] = (byte)value;
            if (destination[i] != value)
                return false;
        }

        return true;
    }
}
