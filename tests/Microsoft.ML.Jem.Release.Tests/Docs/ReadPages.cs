namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>Runs nothing beside it: it changes the current directory.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ReadPagesCollection : ICollectionFixture<ReadPages>
{
    public const string Name = "pages";
}

/// <summary>A reader's folder, and what getting started leaves at hand there for the pages after it.</summary>
public sealed class ReadPages : IDisposable
{
    public static readonly string GettingStarted = Path.Combine("docs", "getting-started.md");

    private const string Model = "model.zip", KeptModel = "getting-started.zip";

    private readonly ReaderFolder _folder = new();
    private readonly Lazy<Task<SnippetSession>> _gettingStarted = new(async () =>
    {
        SnippetSession session = await BeginAsync();
        await RunAsync(session, GettingStarted);
        File.Copy(Model, KeptModel);
        return session;
    });

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs the snippets of a page that needs no other.</summary>
    public async Task RunAloneAsync(string page) => await RunAsync(await BeginAsync(), page);

    /// <summary>Runs the snippets of getting started, once, and then those of the page.</summary>
    public async Task RunAfterGettingStartedAsync(string page)
    {
        SnippetSession atHand = await _gettingStarted.Value;
        if (page == GettingStarted)
            return;

        // Whatever pages came before: several save a model of their own under this name.
        File.Copy(KeptModel, Model, overwrite: true);
        await RunAsync(atHand.Fork(), page);
    }

    private static async Task<SnippetSession> BeginAsync()
    {
        var session = new SnippetSession();
        await session.RunAsync("var mlContext = new MLContext(seed: 1);");
        return session;
    }

    private static async Task RunAsync(SnippetSession session, string page)
    {
        foreach (Snippet snippet in Snippets.Of(Path.Combine(Repository.Root, page)).Where(snippet => snippet.NotRun is null))
        {
            try
            {
                await session.RunAsync(snippet.Code);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{page}, block at line {snippet.Line}: {error.Message}", error);
            }
        }
    }
}
