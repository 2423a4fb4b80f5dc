using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Passes the source's rows on where no column of ours is needed: the model does not run and nothing is buffered.</summary>
internal sealed class UnscoredCursor(IChannelProvider provider, DataViewRowCursor input, ColumnBindings bindings, bool[] active)
    : SynchronizedCursorBase(provider, input)
{
    public override DataViewSchema Schema => bindings.Schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Ch.CheckParam(IsColumnActive(column), nameof(column), "requested column not active");
        int index = bindings.MapColumnIndex(out bool isSource, column.Index);
        Ch.Assert(isSource);
        return Input.GetGetter<TValue>(Input.Schema[index]);
    }
}
