using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Holds the values of one source column for a block of rows, so that they can be replayed once the block is scored.</summary>
internal abstract class ColumnBlock
{
    /// <summary>A block, without room for rows yet, over the active column <paramref name="column"/> of <paramref name="input"/>.</summary>
    public static ColumnBlock Create(DataViewRow input, DataViewSchema.Column column)
    {
        Type raw = column.Type.RawType;
        Type block = column.Type is VectorDataViewType vector
            ? typeof(VectorColumnBlock<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(ScalarColumnBlock<>).MakeGenericType(raw);
        return (ColumnBlock)Activator.CreateInstance(block, input, column)!;
    }

    /// <summary>A block of the same column with room for <paramref name="capacity"/> rows.</summary>
    public abstract ColumnBlock WithCapacity(int capacity);

    /// <summary>Reads the input's current row into <paramref name="slot"/>.</summary>
    public abstract void Read(int slot);

    /// <summary>A getter of the value in the current slot of the current block's column number <paramref name="index"/>, of the same type as this one.</summary>
    public abstract Delegate CreateGetter(int index, Func<RowBlock> current);
}

internal sealed class ScalarColumnBlock<T>(ValueGetter<T> getter, int capacity) : ColumnBlock
{
    private readonly T[] _values = new T[capacity];

    public ScalarColumnBlock(DataViewRow input, DataViewSchema.Column column)
        : this(input.GetGetter<T>(column), 0)
    {
    }

    public override ColumnBlock WithCapacity(int capacity) => new ScalarColumnBlock<T>(getter, capacity);

    public override void Read(int slot) => getter(ref _values[slot]);

    public override Delegate CreateGetter(int index, Func<RowBlock> current) => (ValueGetter<T>)((ref T value) =>
    {
        RowBlock block = current();
        value = ((ScalarColumnBlock<T>)block.Columns[index])._values[block.Slot];
    });
}

/// <summary>The source reuses its buffers, and so may the consumer: values are copied in and copied out.</summary>
internal sealed class VectorColumnBlock<T>(ValueGetter<VBuffer<T>> getter, int capacity) : ColumnBlock
{
    private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

    public VectorColumnBlock(DataViewRow input, DataViewSchema.Column column)
        : this(input.GetGetter<VBuffer<T>>(column), 0)
    {
    }

    public override ColumnBlock WithCapacity(int capacity) => new VectorColumnBlock<T>(getter, capacity);

    public override void Read(int slot) => getter(ref _values[slot]);

    public override Delegate CreateGetter(int index, Func<RowBlock> current) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
    {
        RowBlock block = current();
        ((VectorColumnBlock<T>)block.Columns[index])._values[block.Slot].CopyTo(ref value);
    });
}
