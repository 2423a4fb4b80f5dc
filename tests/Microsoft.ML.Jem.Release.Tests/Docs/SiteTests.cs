using System.Text.RegularExpressions;

namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>What the pages name exists: each other's headings, the classes of the glossary, the entries of the site's menu.</summary>
public sealed partial class SiteTests
{
    private static string[] Pages => Directory.GetFiles(Repository.Docs, "*.md");

    [Fact]
    public void Every_page_is_in_the_menu_of_the_site_once() =>
        Assert.Equal(
            Pages.Select(Path.GetFileName).Order(StringComparer.Ordinal),
            MenuEntry().Matches(File.ReadAllText(Path.Combine(Repository.Docs, "toc.yml"))).Select(entry => entry.Groups[1].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void Links_to_headings_lead_somewhere()
    {
        (string Page, string Target, string Heading)[] links =
        [
            .. from page in Pages.Append(Path.Combine(Repository.Root, "README.md"))
               from Match link in HeadingLink().Matches(File.ReadAllText(page))
               let target = link.Groups[1].Value
               where !target.Contains("://", StringComparison.Ordinal)
               select (page, target.Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, target), link.Groups[2].Value),
        ];

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains(link.Heading, Headings(link.Target)));
    }

    [Fact]
    public void Classes_of_the_glossary_are_in_the_sources()
    {
        string sources = string.Join('\n', Repository.Sources().Select(File.ReadAllText));
        string[] classes = [.. GlossaryClass().Matches(File.ReadAllText(Path.Combine(Repository.Docs, "glossary.md"))).Select(row => row.Groups[1].Value).Distinct()];

        Assert.NotEmpty(classes);
        Assert.All(classes, name => Assert.Matches($@"\b(class|record|struct|enum) {name}\b", sources));
    }

    /// <summary>The anchors of a page's headings, as GitHub and docfx make them.</summary>
    private static HashSet<string> Headings(string page) =>
        [.. from Match heading in Heading().Matches(File.ReadAllText(page))
            select NotInAnchors().Replace(heading.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-')];

    [GeneratedRegex(@"href: (\S+\.md)")]
    private static partial Regex MenuEntry();

    [GeneratedRegex(@"\]\(([^)#\s]*)#([^)\s]+)\)")]
    private static partial Regex HeadingLink();

    [GeneratedRegex(@"\| `(\w+)` \|$", RegexOptions.Multiline)]
    private static partial Regex GlossaryClass();

    [GeneratedRegex(@"^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
