using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Jem.Files;
using Microsoft.ML.Jem.Reporting.Html;

namespace ModelComparison.Output;

/// <summary>The result as Markdown, JSON and HTML.</summary>
internal static class ResultFiles
{
    private static readonly JsonSerializerOptions JsonFormat = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Converters = { new NumberOrNull() },
    };

    /// <summary>One object per trainer and fold, null where a number could not be measured.</summary>
    public static string Json(IReadOnlyList<FoldOfTrainer> folds) => JsonSerializer.Serialize(folds, JsonFormat);

    /// <summary>One object per trainer, each number with its mean and deviation, null where it could not be measured.</summary>
    public static string Json(IReadOnlyList<Summary> summaries) => JsonSerializer.Serialize(summaries, JsonFormat);

    public static string Markdown(string description, IReadOnlyList<string> notes, IReadOnlyList<Summary> summaries)
    {
        var text = new StringBuilder();
        text.Append("# Trainers compared\n\n").Append(description).Append(".\n\n");
        foreach (string note in notes)
            text.Append("- ").Append(note).Append('\n');
        text.Append(notes.Count > 0 ? "\n| trainer |" : "| trainer |");
        foreach (ResultColumn column in ResultColumn.All)
            text.Append(' ').Append(column.Name).Append(" |");
        text.Append("\n| --- |").Insert(text.Length, " ---: |", ResultColumn.All.Length).Append('\n');
        foreach (Summary summary in summaries)
        {
            text.Append("| ").Append(summary.Trainer).Append(" |");
            foreach (ResultColumn column in ResultColumn.All)
            {
                string mark = column.IsBest(summary, summaries) ? "**" : "";
                text.Append(' ').Append(mark).Append(column.Text(summary)).Append(mark).Append(" |");
            }

            text.Append('\n');
        }

        return text.Append('\n').Append(ResultColumn.Legend).Append('\n').ToString();
    }

    public static HtmlPage Html(string description, IReadOnlyList<string> notes, IReadOnlyList<Summary> summaries)
    {
        var page = new HtmlPage("Trainers compared");
        page.AddParagraph($"{description}.");
        foreach (string note in notes)
            page.AddParagraph(note);
        page.AddTable(
            ["trainer", .. ResultColumn.All.Select(column => column.Name)],
            summaries.Select(summary => (IReadOnlyList<(string, bool)>)
                [(summary.Trainer, false), .. ResultColumn.All.Select(column => (column.Text(summary), column.IsBest(summary, summaries)))]));
        return page.AddFooter(ResultColumn.Legend);
    }

    /// <summary>Writes text so that the file is there whole or not at all.</summary>
    public static void Write(string path, string text)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        AtomicFile.Write(full, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Writes a number that is not finite, which JSON does not have, as null.</summary>
    private sealed class NumberOrNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
                writer.WriteNumberValue(value);
            else
                writer.WriteNullValue();
        }
    }
}
