using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Reads what evaluations need of the scored data of any trainer, row by row.</summary>
internal static class ScoredData
{
    /// <summary>Reads the probabilities and the label of each row.</summary>
    /// <param name="data">The scored data.</param>
    /// <param name="labelName">The label column: a key, or what it was made of.</param>
    /// <param name="scoreName">The column of class probabilities.</param>
    /// <param name="action">Takes one probability per class, and the true class, −1 where it is missing or unknown.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">The label is not a key, and the score column does not say what its slots stand for.</exception>
    public static void ForEachRow(IDataView data, string labelName, string scoreName, Action<ReadOnlySpan<float>, int> action)
    {
        ArgumentNullException.ThrowIfNull(data);
        DataViewSchema.Column label = ScoredLabel.Find(data.Schema, labelName);
        DataViewSchema.Column score = Probabilities(data.Schema, scoreName);
        using DataViewRowCursor cursor = data.GetRowCursor([label, score]);
        Func<int> readLabel = ScoredLabel.CreateGetter(cursor, label, Classes(label, score));
        ValueGetter<VBuffer<float>> readScore = cursor.GetGetter<VBuffer<float>>(score);
        var probabilities = new float[((VectorDataViewType)score.Type).Size];
        VBuffer<float> buffer = default;
        while (cursor.MoveNext())
        {
            readScore(ref buffer);
            if (buffer.Length != probabilities.Length)
                throw new InvalidOperationException($"Row {cursor.Position} has {buffer.Length} probabilities in column '{score.Name}', but the schema says {probabilities.Length}.");
            buffer.CopyTo(probabilities);
            action(probabilities, readLabel());
        }
    }

    /// <summary>Reads the numbers of a column.</summary>
    /// <param name="data">The scored data.</param>
    /// <param name="name">A column of <see cref="float"/>.</param>
    /// <param name="action">Takes the number of each row.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    public static void ForEachNumber(IDataView data, string name, Action<double> action)
    {
        ArgumentNullException.ThrowIfNull(data);
        DataViewSchema.Column column = Find(data.Schema, "score", name, type => type == NumberDataViewType.Single, "Single");
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        ValueGetter<float> read = cursor.GetGetter<float>(column);
        float value = 0;
        while (cursor.MoveNext())
        {
            read(ref value);
            action(value);
        }
    }

    /// <summary>A column of a fitting type.</summary>
    /// <param name="schema">Where to look.</param>
    /// <param name="role">What the column is, for messages.</param>
    /// <param name="name">Its name.</param>
    /// <param name="fits">Whether a type is one of the expected ones.</param>
    /// <param name="expected">These, for messages.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type. The messages are those of ML.NET's own evaluators.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string role, string name, Func<DataViewType, bool> fits, string expected)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (schema.GetColumnOrNull(name) is not { } column)
            throw new ArgumentOutOfRangeException(nameof(schema), $"Could not find {role} column '{name}'");
        if (!fits(column.Type))
            throw Mismatch(role, column, expected);
        return column;
    }

    /// <summary>The error for a column of another type.</summary>
    public static ArgumentOutOfRangeException Mismatch(string role, DataViewSchema.Column column, string expected) =>
        new ArgumentOutOfRangeException(paramName: null, $"Schema mismatch for {role} column '{column.Name}': expected {expected}, got {column.Type}");

    private static DataViewSchema.Column Probabilities(DataViewSchema schema, string name) =>
        Find(schema, "score", name, type => type is VectorDataViewType { IsKnownSize: true } vector && vector.ItemType == NumberDataViewType.Single, "Vector<Single>");

    /// <summary>The classes that a label column can name. A key needs none.</summary>
    private static IReadOnlyList<string> Classes(DataViewSchema.Column label, DataViewSchema.Column score)
    {
        if (ScoredLabel.IsKey(label.Type))
            return [];
        return ScoredLabel.ClassNames(score) ?? throw new InvalidOperationException(
            $"Label column '{label.Name}' is of type {label.Type}, and score column '{score.Name}' does not name the class of each probability. Map the label to a key, as it was for training.");
    }
}
