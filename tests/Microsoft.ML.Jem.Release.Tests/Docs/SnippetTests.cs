namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>C# in the documentation runs, page after page.</summary>
[Collection(ReadPagesCollection.Name)]
public sealed class SnippetTests(ReadPages reader)
{
    /// <summary>The pages that begin on their own; the others go on from getting started.</summary>
    private static readonly string[] FirstPages = ["README.md", Path.Combine("docs", "evaluation.md"), Path.Combine("src", "Microsoft.ML.Jem", "README.md")];

    public static TheoryData<string> Pages => new(Markdown().Where(page => Snippets.Of(page).Any()).Select(page => Path.GetRelativePath(Repository.Root, page)));

    [Theory]
    [MemberData(nameof(Pages))]
    public Task Every_snippet_runs(string page) =>
        FirstPages.Contains(page) ? reader.RunAloneAsync(page) : reader.RunAfterGettingStartedAsync(page);

    /// <summary>What cannot run here is named here, so that the list grows in a review only.</summary>
    [Fact]
    public void All_but_one_snippet_are_run()
    {
        Assert.Equal(
            ["automl.md: no project here references Microsoft.ML.AutoML"],
            Markdown().SelectMany(page => Snippets.Of(page).Where(snippet => snippet.NotRun is not null).Select(snippet => $"{Path.GetFileName(page)}: {snippet.NotRun}")));
        Assert.All(Markdown().SelectMany(Snippets.Of).Where(snippet => snippet.NotRun is not null), snippet => Assert.Empty(SnippetCode.ParseErrors(snippet.Code)));
    }

    /// <summary>A reader pastes the page into a new project, whose usings are those of .NET alone.</summary>
    [Fact]
    public void Getting_started_is_a_whole_program() =>
        Assert.Empty(SnippetSession.ErrorsOfProgram(Snippets.Of(Path.Combine(Repository.Root, ReadPages.GettingStarted)).Select(snippet => snippet.Code)));

    /// <summary>A reader who has no Jem model begins there.</summary>
    [Fact]
    public void Evaluation_is_a_whole_program() =>
        Assert.Empty(SnippetSession.ErrorsOfProgram(Snippets.Of(Path.Combine(Repository.Docs, "evaluation.md")).Select(snippet => snippet.Code)));

    [Fact]
    public async Task A_snippet_with_a_mistake_is_noticed()
    {
        var session = new SnippetSession();
        await session.RunAsync("var mlContext = new MLContext(seed: 1);");

        Assert.Contains("NoSuchTrainer", (await Assert.ThrowsAsync<InvalidOperationException>(() => session.RunAsync("mlContext.MulticlassClassification.Trainers.NoSuchTrainer();"))).Message);
        await Assert.ThrowsAsync<InvalidCastException>(() => session.RunAsync("var jem = (JemTransformer)(object)mlContext;"));
        Assert.NotEmpty(SnippetCode.ParseErrors("var x = ;"));
        Assert.NotEmpty(SnippetSession.ErrorsOfProgram(["var x = y;"]));
    }

    [Fact]
    public async Task A_snippet_uses_what_those_before_it_made()
    {
        var session = new SnippetSession();
        await session.RunAsync("var row = new Row(3);\npublic record Row(int Number);");
        await session.RunAsync("row = new Row(row.Number + 1);\nint number = row.Number;");
        await session.Fork().RunAsync("string number = \"hides the other\";");
        await session.RunAsync("if (number != 4 || row.Number != 4) throw new Exception(number.ToString());");

        Assert.Equal(["row", "number"], session.Variables);
    }

    [Fact]
    public void The_pages_a_reader_needs_have_snippets()
    {
        string[] pages = [.. Markdown().Where(page => Snippets.Of(page).Any()).Select(page => Path.GetFileName(page))];

        foreach (string page in new[] { "getting-started.md", "deployment.md", "gpu.md", "unlabelled-rows.md", "adding-a-network.md", "calibration-and-oodscore.md", "evaluation.md" })
            Assert.Contains(page, pages);
    }

    [Fact]
    public void Every_page_is_in_the_table_of_contents()
    {
        string contents = File.ReadAllText(Path.Combine(Repository.Docs, "README.md"));

        Assert.All(Directory.GetFiles(Repository.Docs, "*.md").Select(Path.GetFileName).Where(page => page != "README.md"), page => Assert.Contains($"]({page})", contents));
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
