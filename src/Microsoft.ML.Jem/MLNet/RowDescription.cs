using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Says in an error which row it was.</summary>
internal static class RowDescription
{
    private const int MostTexts = 4;

    /// <summary>Such as: row 17 (ImagePath 'cats/3.png', Label 'cat').</summary>
    /// <param name="row">The row; its text columns need not be active.</param>
    /// <param name="id">The row's id.</param>
    /// <param name="source">The row's view, which is read again for the text columns; null where the row has none.</param>
    public static string Of(DataViewRow row, ValueGetter<DataViewRowId> id, IDataView? source)
    {
        DataViewRowId wanted = default;
        id(ref wanted);
        string[] texts = source is null ? Texts(row) : Search(source, wanted);
        string number = string.Create(CultureInfo.InvariantCulture, $"row {row.Position}");
        return texts.Length == 0 ? number : $"{number} ({string.Join(", ", texts)})";
    }

    private static string[] Search(IDataView source, DataViewRowId wanted)
    {
        DataViewSchema.Column[] columns = [.. source.Schema.Where(IsText)];
        if (columns.Length == 0)
            return [];
        using DataViewRowCursor cursor = source.GetRowCursor(columns);
        ValueGetter<DataViewRowId> getter = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getter(ref id);
            if (id.Equals(wanted))
                return Texts(cursor);
        }

        return [];
    }

    private static string[] Texts(DataViewRow row) =>
        [.. row.Schema.Where(column => IsText(column) && row.IsColumnActive(column)).Take(MostTexts).Select(column => Describe(row, column))];

    private static string Describe(DataViewRow row, DataViewSchema.Column column)
    {
        ReadOnlyMemory<char> text = default;
        row.GetGetter<ReadOnlyMemory<char>>(column)(ref text);
        return $"{column.Name} '{text}'";
    }

    private static bool IsText(DataViewSchema.Column column) => column.Type is TextDataViewType && !column.IsHidden;
}
