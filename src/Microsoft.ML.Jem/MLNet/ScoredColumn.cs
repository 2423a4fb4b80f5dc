using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Finds the columns an evaluation reads, in the scored data of any trainer.</summary>
internal static class ScoredColumn
{
    /// <summary>A vector of class probabilities.</summary>
    public static DataViewSchema.Column Probabilities(DataViewSchema schema, string name) =>
        Find(schema, "score", name, type => type is VectorDataViewType { IsKnownSize: true } vector && vector.ItemType == NumberDataViewType.Single, "Vector<Single>");

    /// <summary>A key that names the true class, or the label as it was before it was mapped to one.</summary>
    public static DataViewSchema.Column Label(DataViewSchema schema, string name) =>
        Find(schema, "label", name, ScoredLabel.CanRead, ScoredLabel.Expected);

    /// <summary>The classes that a label column can name; none are needed for a key.</summary>
    /// <exception cref="InvalidOperationException">The label is not a key, and the score column does not say what its slots stand for.</exception>
    public static IReadOnlyList<string> Classes(DataViewSchema.Column label, DataViewSchema.Column score)
    {
        if (ScoredLabel.IsKey(label.Type))
            return [];
        return ScoredLabel.ClassNames(score) ?? throw Contracts.Except(
            $"Label column '{label.Name}' is of type {label.Type}, and score column '{score.Name}' does not name the class of each probability. Map the label to a key, as it was for training.");
    }

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
