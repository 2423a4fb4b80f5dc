using System.Numerics;
using System.Numerics.Tensors;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Reads a feature vector, dense or sparse.</summary>
internal sealed class VectorFeatureGetter<T>(DataViewRow row, DataViewSchema.Column column, int width, IDataView? source)
    : FeatureGetter
    where T : struct, INumberBase<T>
{
    private readonly FeatureSource<VBuffer<T>> _source = new(row, column, source);
    private VBuffer<T> _buffer;

    /// <inheritdoc/>
    public override void Read(Span<float> destination)
    {
        _source.Read(ref _buffer);
        if (_buffer.Length != width)
        {
            throw Contracts.Except(
                $"Feature column '{_source.Name}' has {_buffer.Length} values in {_source.DescribeRow()}, but the model expects {width}. " +
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
