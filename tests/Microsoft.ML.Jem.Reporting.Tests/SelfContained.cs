using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Microsoft.ML.Jem.Reporting.Tests;

/// <summary>Checks that a page needs nothing but itself.</summary>
internal static partial class SelfContained
{
    /// <summary>Asserts it, and gives the page's SVG elements, which are well-formed.</summary>
    public static XElement[] Check(string html)
    {
        Assert.StartsWith("<!DOCTYPE html>", html);
        string withoutNamespaces = Namespace().Replace(html, "");
        Assert.DoesNotMatch(@"(?i)https?:|//[a-z0-9]|@import|<script|<link|<iframe|javascript:", Base64().Replace(withoutNamespaces, ""));
        Assert.All(Source().Matches(html), match => Assert.StartsWith("data:image/png;base64,", match.Groups[1].Value));
        Assert.All(Url().Matches(html), match => Assert.StartsWith("#", match.Groups[1].Value));

        XElement[] plots = [.. Svg().Matches(html).Select(match => XElement.Parse(match.Value))];
        string[] ids = [.. plots.SelectMany(plot => plot.Descendants().Attributes("id")).Select(id => id.Value)];
        Assert.Equal(ids.Distinct().Count(), ids.Length);
        Assert.All(Url().Matches(html), match => Assert.Contains(match.Groups[1].Value[1..], ids));
        return plots;
    }

    [GeneratedRegex("""xmlns(:xlink)?="[^"]*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Namespace();

    [GeneratedRegex("base64,[A-Za-z0-9+/=]*")]
    private static partial Regex Base64();

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Source();

    [GeneratedRegex(@"url\(([^)]*)\)")]
    private static partial Regex Url();

    [GeneratedRegex("<svg.*?</svg>", RegexOptions.Singleline)]
    private static partial Regex Svg();
}
