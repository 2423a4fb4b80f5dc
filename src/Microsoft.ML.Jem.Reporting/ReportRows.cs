using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Evaluation;

namespace Microsoft.ML.Jem.Reporting;

/// <summary>What a report needs of each scored row, read once from the data of any multiclass trainer.</summary>
internal sealed class ReportRows
{
    private readonly List<double> _confidences = [];
    private readonly Dictionary<string, List<double>> _scores = [];

    /// <summary>The highest probability of each row.</summary>
    public IReadOnlyList<double> Confidences => _confidences;

    /// <summary>Number of rows, [true class, predicted class].</summary>
    public required long[,] Confusion { get; init; }

    /// <summary>Names of the classes.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Number of rows that have a label and finite probabilities.</summary>
    public long LabelledCount { get; private set; }

    /// <summary>The values of a column of single numbers; null where the data has none of that name.</summary>
    public IReadOnlyList<double>? Scores(string column) => _scores.GetValueOrDefault(column);

    /// <summary>Reads rows.</summary>
    /// <param name="data">The scored data.</param>
    /// <param name="labelName">The label column, a key or what it was made of; it may be absent.</param>
    /// <param name="scoreName">The column of probabilities.</param>
    /// <param name="numberNames">Columns of single numbers; those that are absent or of another type are left out.</param>
    /// <exception cref="ArgumentException">The column of probabilities is missing or of another type.</exception>
    public static ReportRows Read(IDataView data, string labelName, string scoreName, params string[] numberNames)
    {
        DataViewSchema.Column score = data.Schema.GetColumnOrNull(scoreName) is { Type: VectorDataViewType { IsKnownSize: true } vector } column && vector.ItemType == NumberDataViewType.Single
            ? column
            : throw new ArgumentException($"The data has no column '{scoreName}' of class probabilities (a known-size vector of Single). Give the scored data of a multiclass trainer, or name its score column.", nameof(data));
        IReadOnlyList<string>? classNames = ScoredLabel.ClassNames(score);
        DataViewSchema.Column? label = data.Schema.GetColumnOrNull(labelName) is { } found && (ScoredLabel.IsKey(found.Type) || (classNames is not null && ScoredLabel.CanRead(found.Type))) ? found : null;
        DataViewSchema.Column[] numbers = [.. numberNames.Select(name => data.Schema.GetColumnOrNull(name)).OfType<DataViewSchema.Column>().Where(number => number.Type == NumberDataViewType.Single)];

        int classCount = ((VectorDataViewType)score.Type).Size;
        var rows = new ReportRows { Confusion = new long[classCount, classCount], ClassNames = label is { } known && ScoredLabel.IsKey(known.Type) ? KeyNames(known, classCount) : classNames ?? Numbers(classCount) };
        DataViewSchema.Column[] columns = label is { } named ? [score, named, .. numbers] : [score, .. numbers];
        using DataViewRowCursor cursor = data.GetRowCursor(columns);
        ValueGetter<VBuffer<float>> scoreGetter = cursor.GetGetter<VBuffer<float>>(score);
        Func<int>? labelGetter = label is { } labelColumn ? ScoredLabel.CreateGetter(cursor, labelColumn, classNames ?? []) : null;
        (List<double> Values, ValueGetter<float> Getter)[] numberGetters =
            [.. numbers.Select(number => (rows._scores[number.Name] = [], cursor.GetGetter<float>(number)))];
        VBuffer<float> buffer = default;
        while (cursor.MoveNext())
        {
            scoreGetter(ref buffer);
            rows.Add([.. buffer.DenseValues()], labelGetter?.Invoke() ?? -1);
            foreach ((List<double> values, ValueGetter<float> getter) in numberGetters)
            {
                float value = 0;
                getter(ref value);
                values.Add(value);
            }
        }

        return rows;
    }

    private void Add(float[] probabilities, int label)
    {
        int best = 0;
        for (int k = 1; k < probabilities.Length; k++)
            best = probabilities[k] > probabilities[best] ? k : best;
        bool isScored = !probabilities.Any(float.IsNaN);
        _confidences.Add(isScored ? probabilities[best] : double.NaN);
        if (!isScored || label < 0 || label >= probabilities.Length)
            return;
        LabelledCount++;
        Confusion[label, best]++;
    }

    private static string[] KeyNames(DataViewSchema.Column label, int classCount)
    {
        if (label.Annotations.Schema.GetColumnOrNull("KeyValues") is not { Type: VectorDataViewType values })
            return Numbers(classCount);
        var read = (Func<DataViewSchema.Column, string[]>)((Delegate)KeyNames<int>).Method.GetGenericMethodDefinition()
            .MakeGenericMethod(values.ItemType.RawType).CreateDelegate(typeof(Func<DataViewSchema.Column, string[]>));
        string[] names = read(label);

        // The labels may have been mapped on other data than the model's; then there is no name for a class, or one too many.
        return [.. names.Concat(Numbers(classCount).Skip(names.Length)).Take(classCount)];
    }

    private static string[] KeyNames<T>(DataViewSchema.Column label)
    {
        VBuffer<T> values = default;
        label.GetKeyValues(ref values);
        return [.. values.DenseValues().Select(value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")];
    }

    private static string[] Numbers(int count) => [.. Enumerable.Range(1, count).Select(k => k.ToString(CultureInfo.InvariantCulture))];
}
