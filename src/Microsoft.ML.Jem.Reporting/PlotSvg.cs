using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML.Jem.Reporting.Plots;
using OxyPlot;

namespace Microsoft.ML.Jem.Reporting;

/// <summary>Plots as SVG text, for notebooks and files.</summary>
public static partial class PlotSvg
{
    /// <summary>Width of a plot unless asked otherwise, in pixels.</summary>
    public const double DefaultWidth = 460;

    /// <summary>Height of a plot unless asked otherwise, in pixels.</summary>
    public const double DefaultHeight = 345;

    /// <summary>Draws a plot as a stand-alone SVG document.</summary>
    /// <param name="plot">The plot.</param>
    /// <param name="width">Width, in pixels.</param>
    /// <param name="height">Height, in pixels.</param>
    /// <returns>The text of the SVG.</returns>
    /// <exception cref="InvalidOperationException">The plot cannot be drawn; the inner exception says why.</exception>
    public static string ToSvg(this PlotModel plot, double width = DefaultWidth, double height = DefaultHeight) =>
        Draw(plot, width, height).ToString(SaveOptions.DisableFormatting);

    /// <summary>Draws a plot for a page: it scales with its place, follows the page's colours, and shares no name with other plots there.</summary>
    internal static string ToThemedSvg(PlotModel plot, double width, double height, string prefix, string label)
    {
        XElement svg = Draw(plot, width, height);
        svg.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height}"));
        svg.Attribute("width")?.Remove();
        svg.Attribute("height")?.Remove();
        svg.SetAttributeValue("role", "img");
        svg.SetAttributeValue("aria-label", label);
        foreach (XAttribute attribute in svg.Descendants().Attributes())
        {
            string value = ClipName().Replace(attribute.Value, match => $"{prefix}-{match.Value}");
            attribute.Value = Color().Replace(value, match => PlotColors.ToCss(match.Value));
        }

        return svg.ToString(SaveOptions.DisableFormatting);
    }

    private static XElement Draw(PlotModel plot, double width, double height)
    {
        ArgumentNullException.ThrowIfNull(plot);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        using var stream = new MemoryStream();
        new SvgExporter { Width = width, Height = height, IsDocument = false, TextMeasurer = new TextWidths() }.Export(plot, stream);
        if (plot.GetLastPlotException() is { } exception)
            throw new InvalidOperationException($"The plot cannot be drawn: {exception.Message}", exception);
        stream.Position = 0;
        return XElement.Load(stream);
    }

    [GeneratedRegex(@"(?<=^|#)clipPath\d+")]
    private static partial Regex ClipName();

    [GeneratedRegex(@"rgb\(\d+,\d+,\d+\)")]
    private static partial Regex Color();
}
