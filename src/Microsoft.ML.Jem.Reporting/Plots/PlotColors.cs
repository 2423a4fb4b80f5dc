using OxyPlot;

namespace Microsoft.ML.Jem.Reporting.Plots;

/// <summary>
/// The colours of all plots: those of Okabe and Ito (2008), which readers with colour vision deficiencies tell apart, and three greys. On a
/// page each stands for a variable of its style, so that plots follow light and dark.
/// </summary>
internal static class PlotColors
{
    public static readonly OxyColor Blue = OxyColor.FromRgb(0, 114, 178);
    public static readonly OxyColor Vermillion = OxyColor.FromRgb(213, 94, 0);
    public static readonly OxyColor Green = OxyColor.FromRgb(0, 158, 115);
    public static readonly OxyColor Orange = OxyColor.FromRgb(230, 159, 0);
    public static readonly OxyColor Purple = OxyColor.FromRgb(204, 121, 167);
    public static readonly OxyColor Ink = OxyColor.FromRgb(27, 31, 36);
    public static readonly OxyColor Faint = OxyColor.FromRgb(91, 101, 112);
    public static readonly OxyColor Line = OxyColor.FromRgb(217, 222, 228);

    private static readonly Dictionary<string, string> Variables = new()
    {
        [Rgb(Blue)] = "var(--blue)",
        [Rgb(Vermillion)] = "var(--vermillion)",
        [Rgb(Green)] = "var(--green)",
        [Rgb(Orange)] = "var(--orange)",
        [Rgb(Purple)] = "var(--purple)",
        [Rgb(Ink)] = "currentColor",
        [Rgb(Faint)] = "var(--faint)",
        [Rgb(Line)] = "var(--line)",
    };

    /// <summary>Colours of lines that are one of several, in order.</summary>
    public static OxyColor OfSeries(int index) => ((OxyColor[])[Blue, Vermillion, Green, Orange, Purple])[index % 5];

    /// <summary>The page's name for a colour as OxyPlot writes it into SVG; other colours stay as they are.</summary>
    public static string ToCss(string rgb) => Variables.GetValueOrDefault(rgb, rgb);

    private static string Rgb(OxyColor color) => $"rgb({color.R},{color.G},{color.B})";
}
