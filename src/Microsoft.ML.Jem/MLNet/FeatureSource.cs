using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Reads the values of a feature column, and says which row it was where that fails.</summary>
/// <param name="row">Where rows are read.</param>
/// <param name="column">The active feature column.</param>
/// <param name="view">The rows' view, in which an error looks for the names of files; null where there is none.</param>
internal sealed class FeatureSource<TValue>(DataViewRow row, DataViewSchema.Column column, IDataView? view)
{
    private readonly ValueGetter<TValue> _getter = row.GetGetter<TValue>(column);
    private readonly ValueGetter<DataViewRowId> _id = row.GetIdGetter();

    /// <summary>The column's name.</summary>
    public string Name => column.Name;

    /// <summary>Reads the current row's value.</summary>
    /// <exception cref="InvalidOperationException">It cannot be read; the message names the row.</exception>
    public void Read(ref TValue value)
    {
        try
        {
            _getter(ref value);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Contracts.Except(exception, $"Feature column '{column.Name}' cannot be read in {DescribeRow()}: {exception.Message}");
        }
    }

    /// <summary>Which row it is: its number, and what the text columns hold, among them the names of files.</summary>
    public string DescribeRow() => RowDescription.Of(row, _id, view);
}
