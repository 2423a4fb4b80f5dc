using System.Globalization;
using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Evaluation;

/// <summary>
/// Reads the true class of scored rows from a key, or from the text, number or Boolean that <c>MapValueToKey</c> made the key of. For
/// metrics of your own, and used by all evaluations here.
/// </summary>
public static class ScoredLabel
{
    private const string Expected = "Key<UInt32>, String, a number or Boolean";

    private const string TrainingLabelValues = "TrainingLabelValues", SlotNames = "SlotNames";

    /// <summary>The label column of a schema.</summary>
    /// <param name="schema">The schema of the scored data.</param>
    /// <param name="name">Name of the label column.</param>
    /// <returns>The column, of a type that <see cref="CanRead"/> accepts.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return ScoredData.Find(schema, "label", name, CanRead, Expected);
    }

    /// <summary>Whether a column of this type can name the class of a row.</summary>
    /// <param name="type">The column's type.</param>
    public static bool CanRead(DataViewType type) => IsKey(type) || type is TextDataViewType or NumberDataViewType or BooleanDataViewType;

    /// <summary>Whether the type is the key that ML.NET's trainers take; its value − 1 is the class.</summary>
    /// <param name="type">The column's type.</param>
    public static bool IsKey(DataViewType type) => type is KeyDataViewType && type.RawType == typeof(uint);

    /// <summary>The classes that the slots of a score column stand for, as text.</summary>
    /// <param name="score">The column of class probabilities, a vector.</param>
    /// <returns>One name per class; null where the column's annotations do not say.</returns>
    public static IReadOnlyList<string>? ClassNames(DataViewSchema.Column score)
    {
        if (score.Type is not VectorDataViewType { Size: var count })
            return null;
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
    /// <param name="classNames">The classes as text, in the order of the probabilities. Not used for a key.</param>
    /// <returns>A function to call once per row.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The column is of another type.</exception>
    public static Func<int> CreateGetter(DataViewRow row, DataViewSchema.Column label, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(classNames);
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

        if (!CanRead(label.Type))
            throw ScoredData.Mismatch("label", label, Expected);
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
