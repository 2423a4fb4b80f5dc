using System.Numerics;
using System.Numerics.Tensors;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Reads a feature vector, dense or sparse.</summary>
internal sealed class VectorFeatureGetter<T>(DataViewRow row, DataViewSchema.Column column, int width, IDataView? source)
    : FeatureGetter<VBuffer<T>>(row, column, source)
    where T : struct, INumberBase<T>
{
    private VBuffer<T> _buffer;

    /// <inheritdoc/>
    public override void Read(Span<float> destination)
    {
        Fetch(ref _buffer);
        if (_buffer.Length != width)
        {
            throw Contracts.Except(
                $"Feature column '{Name}' has {_buffer.Length} values in {DescribeRow()}, but the model expects {width}. " +
                "Give every row a vector of that size.");
        }

        ReadOnlySpan<T> values = _buffer.GetValues();
        if (_buffer.IsDense)
        {
            TensorPrimitives.ConvertTruncating(values, destination);
            return;
        }

        destination.Clear();
        ReadOnlySpan<int> indices = _buffer.GetIndices();
        for (int i = 0; i < values.Length; i++)
            destination[indices[i]] = float.CreateTruncating(values[i]);
    }
}
