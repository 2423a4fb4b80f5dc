using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Finds the columns an evaluation reads, in the scored data of any trainer.</summary>
internal static class ScoredColumn
{
    /// <summary>A vector of class probabilities.</summary>
    public static DataViewSchema.Column Probabilities(DataViewSchema schema, string name) =>
        Find(schema, "score", name, type => type is VectorDataViewType { IsKnownSize: true } vector && vector.ItemType == NumberDataViewType.Single, "Vector<Single>");

    /// <summary>A key that names the true class.</summary>
    public static DataViewSchema.Column Label(DataViewSchema schema, string name) =>
        Find(schema, "label", name, type => type is KeyDataViewType && type.RawType == typeof(uint), "Key<UInt32>");

    /// <summary>A single number.</summary>
    public static DataViewSchema.Column Number(DataViewSchema schema, string name) =>
        Find(schema, "score", name, type => type == NumberDataViewType.Single, "Single");

    private static DataViewSchema.Column Find(DataViewSchema schema, string role, string name, Func<DataViewType, bool> fits, string expected)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        if (schema.GetColumnOrNull(name) is not { } column)
            throw Contracts.ExceptSchemaMismatch(nameof(schema), role, name);
        if (!fits(column.Type))
            throw Contracts.ExceptSchemaMismatch(nameof(schema), role, name, expected, column.Type.ToString()!);
        return column;
    }
}
