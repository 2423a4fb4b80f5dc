using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.ML.Jem.Files;
using OxyPlot;

namespace Microsoft.ML.Jem.Reporting.Html;

/// <summary>
/// One HTML file that needs no other: style and pictures are inside, nothing is fetched, no script runs. It follows the reader's choice of light or
/// dark, fits a phone and prints.
/// </summary>
/// <remarks>Text is escaped; content appears in the order in which it was added.</remarks>
public sealed class HtmlPage
{
    private const string PngPrefix = "data:image/png;base64,";

    private readonly string _title;
    private readonly StringBuilder _body = new();
    private int _plots;
    private bool _inFigures;

    /// <summary>Begins a page.</summary>
    /// <param name="title">Its title and first heading.</param>
    public HtmlPage(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        _title = title;
        _body.Append(CultureInfo.InvariantCulture, $"<h1>{Text(title)}</h1>\n");
    }

    /// <summary>Adds a heading.</summary>
    /// <param name="text">The heading.</param>
    public HtmlPage AddHeading(string text) => Add($"<h2>{Text(text)}</h2>\n");

    /// <summary>Adds a paragraph.</summary>
    /// <param name="text">The paragraph.</param>
    public HtmlPage AddParagraph(string text) => Add($"<p>{Text(text)}</p>\n");

    /// <summary>Adds headline numbers.</summary>
    /// <param name="headlines">The numbers, each with what it means.</param>
    public HtmlPage AddHeadlines(IEnumerable<Headline> headlines)
    {
        ArgumentNullException.ThrowIfNull(headlines);
        Add("<ul class=\"cards\">\n");
        foreach (Headline headline in headlines)
        {
            Add($"<li><div class=\"name\">{Text(headline.Name)}</div><div class=\"value\">{Text(headline.Value)}</div>"
                + $"<div class=\"meaning\">{Text(headline.Meaning)}</div></li>\n");
        }

        return Add("</ul>\n");
    }

    /// <summary>Adds a plot; plots that follow one another stand side by side where there is room.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="plot">The plot.</param>
    /// <param name="caption">How to read it.</param>
    /// <param name="width">Width of the drawing, in pixels at full size.</param>
    /// <param name="height">Height of the drawing.</param>
    /// <param name="wide">Whether it takes the whole width of the page.</param>
    public HtmlPage AddPlot(
        string title, PlotModel plot, string caption, double width = PlotSvg.DefaultWidth, double height = PlotSvg.DefaultHeight, bool wide = false)
    {
        string svg = PlotSvg.ToThemedSvg(plot, width, height, $"plot{++_plots}", title);
        return AddFigure($"<figure{(wide ? " class=\"wide\"" : "")}><h3>{Text(title)}</h3>{svg}<figcaption>{Text(caption)}</figcaption></figure>\n");
    }

    /// <summary>Adds pictures.</summary>
    /// <param name="gallery">The pictures.</param>
    /// <exception cref="ArgumentException">A picture is not a PNG in a data URI.</exception>
    public HtmlPage AddImages(ImageGallery gallery)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        var figure = new StringBuilder();
        figure.Append(CultureInfo.InvariantCulture, $"<figure class=\"wide\"><h3>{Text(gallery.Title)}</h3><ul class=\"images\">");
        foreach (ReportImage image in gallery.Images)
        {
            string alternative = Text(image.Caption.Length > 0 ? image.Caption : gallery.Title);
            figure.Append(CultureInfo.InvariantCulture, $"<li><img alt=\"{alternative}\" src=\"{CheckPng(image.PngDataUri)}\">{Text(image.Caption)}</li>");
        }

        figure.Append(CultureInfo.InvariantCulture, $"</ul><figcaption>{Text(gallery.Caption)}</figcaption></figure>\n");
        return AddFigure(figure.ToString());
    }

    /// <summary>Adds a table.</summary>
    /// <param name="header">Names of the columns.</param>
    /// <param name="rows">One cell a column; those marked as best stand out.</param>
    public HtmlPage AddTable(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<(string Text, bool IsBest)>> rows)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(rows);
        Add("<div class=\"table\"><table>\n<thead><tr>");
        foreach (string name in header)
            Add($"<th scope=\"col\">{Text(name)}</th>");
        Add("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<(string Text, bool IsBest)> row in rows)
            Add($"<tr>{string.Concat(row.Select(cell => $"<td{(cell.IsBest ? " class=\"best\"" : "")}>{Text(cell.Text)}</td>"))}</tr>\n");
        return Add("</tbody></table></div>\n");
    }

    /// <summary>Adds the closing lines of the page.</summary>
    /// <param name="text">The lines.</param>
    public HtmlPage AddFooter(string text) => Add($"<footer>{Text(text)}</footer>\n");

    /// <summary>The page as HTML.</summary>
    public override string ToString() =>
        $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        + $"<title>{Text(_title)}</title>\n<style>\n{Style.Value}</style>\n</head>\n<body>\n<main>\n{_body}{(_inFigures ? "</div>\n" : "")}</main>\n</body>\n</html>\n";

    /// <summary>Writes the page: the file is there whole or not at all, and an older one is replaced.</summary>
    /// <param name="path">Where; missing folders are made.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        AtomicFile.Write(full, Encoding.UTF8.GetBytes(ToString()));
    }

    private static readonly Lazy<string> Style = new(() =>
    {
        using Stream stream = typeof(HtmlPage).Assembly.GetManifestResourceStream("page.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    private HtmlPage Add(string html)
    {
        if (_inFigures)
            _body.Append("</div>\n");
        _inFigures = false;
        _body.Append(html);
        return this;
    }

    private HtmlPage AddFigure(string html)
    {
        if (!_inFigures)
            _body.Append("<div class=\"figures\">\n");
        _inFigures = true;
        _body.Append(html);
        return this;
    }

    private static string Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // A number and its percent sign stay on one line.
        return WebUtility.HtmlEncode(text.Replace(" %", "\u00A0%", StringComparison.Ordinal));
    }

    private static string CheckPng(string uri)
    {
        if (uri.StartsWith(PngPrefix, StringComparison.Ordinal) && System.Buffers.Text.Base64.IsValid(uri.AsSpan(PngPrefix.Length)))
            return uri;
        throw new ArgumentException($"A picture of a report must be a PNG inside the page, '{PngPrefix}…' with Base64 after it, but begins with '{uri[..Math.Min(uri.Length, 30)]}'. ReportImage.FromPng makes one from bytes.");
    }
}

/// <summary>A number a reader should see first.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The number, with its unit.</param>
/// <param name="Meaning">A plain sentence that says what it means.</param>
public sealed record Headline(string Name, string Value, string Meaning);
