namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>C# in the documentation compiles.</summary>
public sealed class SnippetTests
{
    public static TheoryData<string> Pages => new(Markdown().Where(page => Snippets.Of(page).Any()).Select(page => Path.GetRelativePath(Repository.Root, page)));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_snippet_compiles(string page)
    {
        string path = Path.Combine(Repository.Root, page);
        string[] errors = [.. Snippets.Of(path).SelectMany(snippet => Snippets.Errors(snippet.Code, snippet.IsParsedOnly).Select(error => $"{page}, block at line {snippet.Line}: {error}"))];

        Assert.True(errors.Length == 0, string.Join('\n', errors));
    }

    [Fact]
    public void The_pages_a_reader_needs_have_snippets()
    {
        string[] pages = [.. Markdown().Where(page => Snippets.Of(page).Any()).Select(page => Path.GetFileName(page))];

        foreach (string page in new[] { "getting-started.md", "deployment.md", "gpu.md", "unlabelled-rows.md", "adding-a-network.md", "calibration-and-oodscore.md" })
            Assert.Contains(page, pages);
    }

    [Fact]
    public void Every_page_is_in_the_table_of_contents()
    {
        string contents = File.ReadAllText(Path.Combine(Repository.Docs, "README.md"));

        Assert.All(Directory.GetFiles(Repository.Docs, "*.md").Select(Path.GetFileName).Where(page => page != "README.md"), page => Assert.Contains($"]({page})", contents));
    }

    [Fact]
    public void A_snippet_with_a_mistake_is_noticed()
    {
        Assert.NotEmpty(Snippets.Errors("mlContext.MulticlassClassification.Trainers.NoSuchTrainer();"));
        Assert.NotEmpty(Snippets.Errors("var x = ;", isParsedOnly: true));
        Assert.Empty(Snippets.Errors("mlContext.MulticlassClassification.Trainers.Jem();"));
    }

    [Fact]
    public void Links_between_pages_lead_somewhere()
    {
        string[] broken =
        [
            .. from page in Markdown()
               from System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(page), @"\]\(([^)#\s]+)(#[^)]*)?\)")
               let target = link.Groups[1].Value
               where !target.Contains("://", StringComparison.Ordinal)
               where !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target))
               select $"{Path.GetRelativePath(Repository.Root, page)}: {target}",
        ];

        Assert.True(broken.Length == 0, string.Join('\n', broken));
    }

    private static IEnumerable<string> Markdown() =>
    [
        .. Directory.GetFiles(Repository.Root, "*.md"),
        .. Directory.GetFiles(Repository.Docs, "*.md", SearchOption.AllDirectories),
        .. Directory.GetFiles(Path.Combine(Repository.Root, "examples"), "README.md", SearchOption.AllDirectories),
        .. Repository.PackableProjects.Values.Select(project => Path.Combine(Path.GetDirectoryName(project)!, "README.md")).Where(File.Exists),
    ];
}
