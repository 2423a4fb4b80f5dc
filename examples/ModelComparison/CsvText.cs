using System.Text;

namespace ModelComparison;

/// <summary>Splits separated text into rows of fields; a quoted field may hold separators, line breaks and doubled quotes.</summary>
internal static class CsvText
{
    public static IEnumerable<string[]> Rows(TextReader text, char separator)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        while (text.Read() is var read and >= 0)
        {
            char character = (char)read;
            if (quoted)
            {
                if (character != '"')
                    field.Append(character);
                else if (text.Peek() == '"')
                    field.Append((char)text.Read());
                else
                    quoted = false;
            }
            else if (character == '"' && field.Length == 0)
            {
                quoted = true;
            }
            else if (character == separator || character == '\n')
            {
                fields.Add(field.ToString());
                field.Clear();
                if (character == '\n' && TakeRow(fields) is { } row)
                    yield return row;
            }
            else if (character != '\r')
            {
                field.Append(character);
            }
        }

        fields.Add(field.ToString());
        if (TakeRow(fields) is { } last)
            yield return last;
    }

    /// <summary>The row, unless the line was empty.</summary>
    private static string[]? TakeRow(List<string> fields)
    {
        string[]? row = fields is [""] ? null : [.. fields];
        fields.Clear();
        return row;
    }
}
