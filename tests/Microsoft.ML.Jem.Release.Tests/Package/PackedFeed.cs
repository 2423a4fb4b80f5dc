namespace Microsoft.ML.Jem.Release.Tests.Package;

/// <summary>The packages of all packable projects, as built with this test, in a folder that serves as a feed.</summary>
public sealed class PackedFeed : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("jem-feed-").FullName;

    public async ValueTask InitializeAsync()
    {
        foreach (string project in Repository.PackableProjects.Values)
            await Dotnet.RunAsync(Repository.Root, "pack", project, "-c", Repository.Configuration, "--no-build", "-o", Folder);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    internal string PathOf(string id, string extension) => Directory.GetFiles(Folder, $"{id}.?.?.?*{extension}").Single();
}
