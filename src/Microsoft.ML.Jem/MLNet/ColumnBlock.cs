using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Holds the values of one source column for a block of rows, so that they can be replayed once the block is scored.</summary>
internal abstract class ColumnBlock
{
    /// <summary>A block over the active column <paramref name="column"/> of <paramref name="input"/>.</summary>
    public static ColumnBlock Create(DataViewRow input, DataViewSchema.Column column, int capacity)
    {
        Type raw = column.Type.RawType;
        Type block = column.Type is VectorDataViewType vector
            ? typeof(VectorColumnBlock<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(ScalarColumnBlock<>).MakeGenericType(raw);
        return (ColumnBlock)Activator.CreateInstance(block, input, column, capacity)!;
    }

    /// <summary>Reads the input's current row into <paramref name="slot"/>.</summary>
    public abstract void Read(int slot);

    /// <summary>A getter of the value in the slot that <paramref name="current"/> points to.</summary>
    public abstract Delegate CreateGetter(Func<int> current);
}

internal sealed class ScalarColumnBlock<T>(DataViewRow input, DataViewSchema.Column column, int capacity) : ColumnBlock
{
    private readonly ValueGetter<T> _getter = input.GetGetter<T>(column);
    private readonly T[] _values = new T[capacity];

    public override void Read(int slot) => _getter(ref _values[slot]);

    public override Delegate CreateGetter(Func<int> current) => (ValueGetter<T>)((ref T value) => value = _values[current()]);
}

/// <summary>The source reuses its buffers, and so may the consumer: values are copied in and copied out.</summary>
internal sealed class VectorColumnBlock<T>(DataViewRow input, DataViewSchema.Column column, int capacity) : ColumnBlock
{
    private readonly ValueGetter<VBuffer<T>> _getter = input.GetGetter<VBuffer<T>>(column);
    private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

    public override void Read(int slot) => _getter(ref _values[slot]);

    public override Delegate CreateGetter(Func<int> current) =>
        (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[current()].CopyTo(ref value));
}
