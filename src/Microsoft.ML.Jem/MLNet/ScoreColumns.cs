using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// Types and annotations of the columns a Jem model adds, the same as ML.NET's own multiclass trainers give: a tool that knows
/// LightGbm's scores knows ours. <see cref="Promise"/> is what an estimator says before it is fitted, <see cref="Create"/> what
/// the fitted model delivers.
/// </summary>
internal static class ScoreColumns
{
    /// <summary>The order of the columns; indices into what <see cref="Create"/> returns.</summary>
    public const int PredictedLabel = 0, Score = 1, Energy = 2, OodScore = 3, Count = 4;

    /// <summary>The columns added to rows of schema <paramref name="input"/>.</summary>
    /// <param name="names">Column names.</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <param name="label">The label column of the training data, whose KeyValues name the classes.</param>
    /// <param name="input">The schema the columns are added to.</param>
    public static DataViewSchema.DetachedColumn[] Create(
        ScoreColumnNames names, int classCount, DataViewSchema.Column label, DataViewSchema input)
    {
        uint scoreSet = input.GetMaxAnnotationKind(out _, AnnotationUtils.Kinds.ScoreColumnSetId) + 1;
        DataViewSchema.Column? keyValues = KeyValuesOf(label, classCount);

        var score = new DataViewSchema.Annotations.Builder();
        if (keyValues is { } values)
        {
            if (values.Type.GetItemType() is TextDataViewType)
                Copy(score, AnnotationUtils.Kinds.SlotNames, label.Annotations, values);
            Copy(score, AnnotationUtils.Kinds.TrainingLabelValues, label.Annotations, values);
        }

        AddScoreAnnotations(score, AnnotationUtils.Const.ScoreValueKind.Score, scoreSet);

        var predictedLabel = new DataViewSchema.Annotations.Builder();
        AddScoreAnnotations(predictedLabel, AnnotationUtils.Const.ScoreValueKind.PredictedLabel, scoreSet);
        if (keyValues is { } classes)
            Copy(predictedLabel, AnnotationUtils.Kinds.KeyValues, label.Annotations, classes);

        return
        [
            new(names.PredictedLabel, new KeyDataViewType(typeof(uint), classCount), predictedLabel.ToAnnotations()),
            new(names.Score, new VectorDataViewType(NumberDataViewType.Single, classCount), score.ToAnnotations()),
            new(names.Energy, NumberDataViewType.Single),
            new(names.OodScore, NumberDataViewType.Single),
        ];
    }

    /// <summary>The shape of the columns for a label column of shape <paramref name="label"/>.</summary>
    public static SchemaShape.Column[] Promise(ScoreColumnNames names, SchemaShape.Column label)
    {
        var score = new SchemaShape(AnnotationUtils.AnnotationsForMulticlassScoreColumn(label));
        var predictedLabel = new SchemaShape(label.Annotations
            .Where(annotation => annotation.Name == AnnotationUtils.Kinds.KeyValues)
            .Concat(AnnotationUtils.GetTrainerOutputAnnotation()));
        return
        [
            new(names.PredictedLabel, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true, predictedLabel),
            new(names.Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, score),
            new(names.Energy, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, false),
            new(names.OodScore, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, false),
        ];
    }

    /// <summary>The label column's KeyValues annotation where it names exactly <paramref name="classCount"/> classes.</summary>
    public static DataViewSchema.Column? KeyValuesOf(DataViewSchema.Column label, int classCount) =>
        label.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues) is { } values &&
        values.Type is VectorDataViewType vector && vector.Size == classCount
            ? values
            : null;

    private static void AddScoreAnnotations(DataViewSchema.Annotations.Builder builder, string valueKind, uint scoreSet)
    {
        builder.Add<uint>(AnnotationUtils.Kinds.ScoreColumnSetId, AnnotationUtils.ScoreColumnSetIdType,
            (ref uint value) => value = scoreSet);
        builder.Add<ReadOnlyMemory<char>>(AnnotationUtils.Kinds.ScoreColumnKind, TextDataViewType.Instance,
            (ref ReadOnlyMemory<char> value) => value = AnnotationUtils.Const.ScoreColumnKind.MulticlassClassification.AsMemory());
        builder.Add<ReadOnlyMemory<char>>(AnnotationUtils.Kinds.ScoreValueKind, TextDataViewType.Instance,
            (ref ReadOnlyMemory<char> value) => value = valueKind.AsMemory());
    }

    private static void Copy(
        DataViewSchema.Annotations.Builder builder, string name, DataViewSchema.Annotations source, DataViewSchema.Column column) =>
        Utils.MarshalActionInvoke(CopyCore<int>, column.Type.RawType, builder, name, source, column);

    private static void CopyCore<T>(
        DataViewSchema.Annotations.Builder builder, string name, DataViewSchema.Annotations source, DataViewSchema.Column column) =>
        builder.Add(name, column.Type, source.GetGetter<T>(column));
}
