using OxyPlot;

namespace Microsoft.ML.Jem.Reporting.Plots;

/// <summary>
/// Estimates the size of text for the layout of a plot. Which sans-serif font a reader has is not known, so widths are those of a wide one: better a
/// little space too much than words on top of each other.
/// </summary>
internal sealed class TextWidths() : PdfRenderContext(1, 1, OxyColors.Undefined)
{
    private const double LineHeight = 1.25;

    /// <inheritdoc/>
    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
    {
        if (string.IsNullOrEmpty(text))
            return OxySize.Empty;
        string[] lines = text.Split('\n');
        return new OxySize(lines.Max(line => line.Sum(Width)) * fontSize, lines.Length * LineHeight * fontSize);
    }

    /// <summary>Width of a character, in units of the font's size.</summary>
    private static double Width(char character) => character switch
    {
        'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' => 0.32,
        ' ' or 'f' or 't' or 'r' or '(' or ')' or '[' or ']' or '-' or '/' => 0.38,
        'm' or 'w' or 'M' or 'W' or '%' or '@' => 0.92,
        >= 'A' and <= 'Z' => 0.69,
        > '\u2E7F' => 1,
        _ => 0.6,
    };
}
