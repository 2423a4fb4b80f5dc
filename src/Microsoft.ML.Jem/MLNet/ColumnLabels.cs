using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>The names of classes and features as text, from their columns' annotations.</summary>
internal static class ColumnLabels
{
    /// <summary>One name a class, from the label's KeyValues; the key's number where it has none.</summary>
    public static string[] OfClasses(DataViewSchema.Column label)
    {
        int count = checked((int)label.Type.GetKeyCount());
        if (ScoreColumns.KeyValuesOf(label, count) is not { } values)
            return [.. Enumerable.Range(1, count).Select(key => key.ToString(CultureInfo.InvariantCulture))];
        var names = new List<string>(count);
        Utils.MarshalActionInvoke(Read<int>, values.Type.GetItemType().RawType, label.Annotations, values, names);
        return [.. names];
    }

    /// <summary>One name a feature, from the column's SlotNames; none where it has no such annotation.</summary>
    public static string[] OfFeatures(DataViewSchema.Column features)
    {
        if (!features.HasSlotNames(features.Type.GetVectorSize()))
            return [];
        VBuffer<ReadOnlyMemory<char>> names = default;
        features.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static void Read<T>(DataViewSchema.Annotations annotations, DataViewSchema.Column column, List<string> names)
    {
        VBuffer<T> values = default;
        annotations.GetGetter<VBuffer<T>>(column)(ref values);
        names.AddRange(values.DenseValues().Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty));
    }
}
