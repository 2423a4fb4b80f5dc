using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ModelComparison;

/// <summary>A table with a label: which columns are numbers, which are text, and which rows belong to unseen classes.</summary>
internal sealed class DataSet
{
    public const string LabelText = "LabelText";
    public const string Numbers = "Numbers";

    private const int Named = 10;

    private readonly byte[] _csv;
    private readonly char _separator;
    private readonly int _label;
    private readonly int[] _numbers;
    private readonly int[] _texts;

    private DataSet(string name, byte[] csv, char separator, string label, IReadOnlyList<string> ignored, IReadOnlyList<string> unseen)
    {
        Name = name;
        _csv = csv;
        _separator = separator;
        using IEnumerator<string[]> rows = CsvText.Rows(new StreamReader(new MemoryStream(csv)), separator).GetEnumerator();
        string[] header = rows.MoveNext() ? rows.Current : throw new ArgumentException($"{name} is empty: expected a header row and data.");
        _label = Array.IndexOf(header, label);
        if (_label < 0)
            throw new ArgumentException($"{name} has no column '{label}'. Its columns are: {string.Join(", ", header)}.");
        if (ignored.Except(header).ToArray() is { Length: > 0 } strange)
            throw new ArgumentException($"--ignore names {string.Join(", ", strange)}, which {name} does not have. Its columns are: {string.Join(", ", header)}.");

        ColumnProfile[] profiles = [.. header.Select(column => new ColumnProfile(column))];
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int unlabelled = 0;
        for (int line = 2; rows.MoveNext(); line++)
        {
            string[] row = rows.Current;
            if (row.Length != header.Length)
                throw new ArgumentException($"{name}, row {line}: expected {header.Length} fields as in the header, but there are {row.Length}.");
            if (row[_label].Length > 0)
                counts[row[_label]] = counts.GetValueOrDefault(row[_label]) + 1;
            else
                unlabelled++;
            for (int column = 0; column < row.Length; column++)
                profiles[column].Add(row[column]);
        }

        int[] empty = [.. Enumerable.Range(0, header.Length).Where(column => column != _label && profiles[column].IsEmpty && !ignored.Contains(header[column]))];
        int[] features = [.. Enumerable.Range(0, header.Length).Where(column => column != _label && !profiles[column].IsEmpty && !ignored.Contains(header[column]))];
        _numbers = [.. features.Where(column => profiles[column].IsNumber)];
        _texts = [.. features.Where(column => !profiles[column].IsNumber)];
        HasMissingNumbers = _numbers.Any(column => profiles[column].HasGaps);
        Unseen = unseen;
        string[] single = [.. counts.Where(entry => entry.Value == 1 && !unseen.Contains(entry.Key)).Select(entry => entry.Key)];
        Known = [.. counts.Keys.Except(unseen).Except(single)];
        RowCount = Known.Concat(unseen).Sum(value => counts.GetValueOrDefault(value));
        UnseenRowCount = unseen.Sum(value => counts.GetValueOrDefault(value));
        Notes = [.. NotesOf(profiles, features, unlabelled, single, [.. empty.Select(column => header[column])])];
        Check(name, label, counts.Keys);
    }

    public string Name { get; }

    public IReadOnlyList<string> Known { get; }

    public IReadOnlyList<string> Unseen { get; }

    /// <summary>What was left out, and what looks wrong; one sentence or two each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Number of rows that take part.</summary>
    public int RowCount { get; }

    public int UnseenRowCount { get; }

    public bool HasNumbers => _numbers.Length > 0;

    public bool HasMissingNumbers { get; }

    /// <summary>Names of the text columns in the views of <see cref="Load"/>.</summary>
    public IEnumerable<string> Texts => _texts.Select((_, index) => $"Text{index}");

    public string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name}: {RowCount - UnseenRowCount} rows of {Known.Count} known classes{(Unseen.Count == 0 ? "" : $", {UnseenRowCount} rows of unseen {string.Join(", ", Unseen)}")}; {_numbers.Length} number and {_texts.Length} text columns");

    /// <exception cref="ArgumentException">The data or the choice of columns is wrong; the message says how.</exception>
    public static DataSet Open(Arguments arguments)
    {
        if (arguments.DataPath is { } path)
        {
            if (!File.Exists(path))
                throw new ArgumentException($"There is no file '{path}'.");
            using FileStream file = File.OpenRead(path);
            return new DataSet(Path.GetFileName(path), EmbeddedSet.Bytes(file, path), arguments.Separator, arguments.Label!, arguments.Ignored, arguments.Unseen ?? []);
        }

        EmbeddedSet set = EmbeddedSet.Find(arguments.Set ?? "digits");
        return new DataSet(set.Name, set.Read(), ',', set.Label, arguments.Ignored, arguments.Unseen ?? set.Unseen);
    }

    /// <summary>The rows of known and of unseen classes, in memory.</summary>
    public (IDataView Known, IDataView? Unseen) Load(MLContext mlContext)
    {
        TextLoader.Column[] columns =
        [
            new(LabelText, DataKind.String, _label),
            .. HasNumbers ? [new TextLoader.Column(Numbers, DataKind.Single, [.. _numbers.Select(column => new TextLoader.Range(column))])] : Array.Empty<TextLoader.Column>(),
            .. Texts.Zip(_texts, (name, column) => new TextLoader.Column(name, DataKind.String, column)),
        ];
        TextLoader loader = mlContext.Data.CreateTextLoader(new TextLoader.Options
        {
            Columns = columns,
            Separators = [_separator],
            HasHeader = true,
            AllowQuoting = true,
            ReadMultilines = true,
            MissingRealsAsNaNs = true,
        });
        IDataView all = loader.Load(new BytesSource(_csv));
        var known = Known.ToHashSet();
        IDataView Only(Func<string, bool> wanted) => mlContext.Data.Cache(
            mlContext.Data.FilterByCustomPredicate<Labelled>(all, row => !wanted(row.LabelText)));
        return (Only(known.Contains), Unseen.Count == 0 ? null : Only(Unseen.Contains));
    }

    private IEnumerable<string> NotesOf(ColumnProfile[] profiles, int[] features, int unlabelled, string[] single, string[] empty)
    {
        if (unlabelled > 0)
            yield return $"Left out: {Count(unlabelled, "row")} without a label.";
        if (single.Length > 0)
            yield return $"Left out: {(single.Length == 1 ? "1 class" : $"{single.Length} classes")} of one row only, which cannot be both trained and tested on ({Some(single)}).";
        if (empty.Length > 0)
            yield return $"Left out: {Count(empty.Length, "column")} without a value ({Some(empty)}).";
        if (profiles[_label].LabelNote is { } note)
            yield return note;
        foreach (string about in features.Select(column => profiles[column].FeatureNote).OfType<string>())
            yield return about;
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    private static string Some(string[] names) => string.Join(", ", names.Take(Named)) + (names.Length > Named ? ", …" : "");

    private void Check(string name, string label, IEnumerable<string> classes)
    {
        if (_numbers.Length + _texts.Length == 0)
            throw new ArgumentException($"{name} has no column beside '{label}' to predict it from.");
        if (Unseen.Except(classes).ToArray() is { Length: > 0 } unknown)
            throw new ArgumentException($"--unseen names {string.Join(", ", unknown)}, which column '{label}' does not have. Its classes are: {string.Join(", ", classes.Take(50))}.");
        if (Known.Count < 2)
            throw new ArgumentException($"Column '{label}' leaves {Known.Count} known classes of two rows or more: a classifier needs at least two.");
    }

    private sealed class Labelled
    {
        public string LabelText { get; set; } = "";
    }

    private sealed class BytesSource(byte[] bytes) : IMultiStreamSource
    {
        public int Count => 1;

        public string GetPathOrNull(int index) => null!;

        public Stream Open(int index) => new MemoryStream(bytes, writable: false);

        public TextReader OpenTextReader(int index) => new StreamReader(Open(index));
    }
}
