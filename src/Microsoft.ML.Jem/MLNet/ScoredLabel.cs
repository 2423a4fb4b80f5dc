using System.Globalization;
using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// Reads the true class of scored rows from a key, or from a label column as it was before <c>MapValueToKey</c>. Microsoft.ML.Jem.Reporting
/// compiles this file too, so it uses ML.NET's public members alone.
/// </summary>
internal static class ScoredLabel
{
    /// <summary>What <see cref="CanRead"/> accepts, for error messages.</summary>
    public const string Expected = "Key<UInt32>, String, a number or Boolean";

    private const string TrainingLabelValues = "TrainingLabelValues", SlotNames = "SlotNames";

    /// <summary>Whether a column of this type can name the class of a row.</summary>
    public static bool CanRead(DataViewType type) => IsKey(type) || type is TextDataViewType or NumberDataViewType or BooleanDataViewType;

    /// <summary>Whether the type is the key that ML.NET's trainers take; its value − 1 is the class.</summary>
    public static bool IsKey(DataViewType type) => type is KeyDataViewType && type.RawType == typeof(uint);

    /// <summary>The classes that the slots of a score column stand for, as text; null where its annotations do not say.</summary>
    public static IReadOnlyList<string>? ClassNames(DataViewSchema.Column score)
    {
        int count = ((VectorDataViewType)score.Type).Size;
        foreach (string kind in (string[])[TrainingLabelValues, SlotNames])
        {
            if (score.Annotations.Schema.GetColumnOrNull(kind) is { Type: VectorDataViewType { Size: var size } vector } && size == count)
                return Read<string[]>(nameof(Names), vector.ItemType.RawType, [score.Annotations, kind]);
        }

        return null;
    }

    /// <summary>Creates what reads the class of the current row, from 0; −1 where the label is missing or none of the classes.</summary>
    /// <param name="row">The row, or a cursor.</param>
    /// <param name="label">The label column, of a type that <see cref="CanRead"/> accepts.</param>
    /// <param name="classNames">The classes as text, in the order of the probabilities; a key does not need them.</param>
    public static Func<int> CreateGetter(DataViewRow row, DataViewSchema.Column label, IReadOnlyList<string> classNames)
    {
        if (IsKey(label.Type))
        {
            ValueGetter<uint> getter = row.GetGetter<uint>(label);
            uint key = 0;
            return () =>
            {
                getter(ref key);
                return (int)key - 1;
            };
        }

        var classes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int k = 0; k < classNames.Count; k++)
            classes.TryAdd(classNames[k], k);
        return Read<Func<int>>(nameof(CreateTextGetter), label.Type.RawType, [row, label, classes]);
    }

    private static Func<int> CreateTextGetter<T>(DataViewRow row, DataViewSchema.Column label, Dictionary<string, int> classes)
    {
        ValueGetter<T> getter = row.GetGetter<T>(label);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return classes.GetValueOrDefault(Text(value), -1);
        };
    }

    private static string[] Names<T>(DataViewSchema.Annotations annotations, string kind)
    {
        VBuffer<T> values = default;
        annotations.GetValue(kind, ref values);
        return [.. values.DenseValues().Select(Text)];
    }

    private static string Text<T>(T value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    /// <summary>Calls one of the generic methods above for the type that a column holds.</summary>
    private static TResult Read<TResult>(string method, Type type, object[] arguments) =>
        (TResult)typeof(ScoredLabel).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, CultureInfo.InvariantCulture)!;
}
