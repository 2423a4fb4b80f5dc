using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Reads a feature vector, dense or sparse, of the current row into a span.</summary>
internal sealed class FeatureGetter(DataViewRow row, DataViewSchema.Column column, int width)
{
    private readonly ValueGetter<VBuffer<float>> _getter = row.GetGetter<VBuffer<float>>(column);
    private VBuffer<float> _buffer;

    /// <summary>Fills <paramref name="destination"/> with the row's features.</summary>
    /// <exception cref="InvalidOperationException">The row's vector has another length than the schema said.</exception>
    public void Read(Span<float> destination)
    {
        _getter(ref _buffer);
        if (_buffer.Length != width)
        {
            throw Contracts.Except(
                $"Feature column '{column.Name}' has {_buffer.Length} values in row {row.Position}, but the model expects {width}. " +
                "Give every row a vector of that size.");
        }

        if (_buffer.IsDense)
            _buffer.GetValues().CopyTo(destination);
        else
            _buffer.CopyTo(destination);
    }
}
