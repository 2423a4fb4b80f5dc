namespace Microsoft.ML.Jem.Release.Tests.Package;

/// <summary>A project outside this repository that refers to the library's project, without the repository's pinned versions.</summary>
[Trait("Category", "Long")]
public sealed class ProjectUseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("jem-project-").FullName;

    [Fact]
    public async Task It_builds_without_a_warning_and_trains()
    {
        string project = $"""<ProjectReference Include="{Repository.PackableProjects["Microsoft.ML.Jem"]}" />""";
        Consumer train = Consumer.Create(
            _folder, "Train", "", project + Consumer.Reference("Microsoft.ML.OnnxRuntime") + Consumer.Reference("TorchSharp-cpu"));

        // The library is built already; building it anew would rewrite files under the tests of other projects.
        string[] rows = await train.RunAsync(Path.Combine(_folder, "model.zip"), "-p:BuildProjectReferences=false");

        Assert.Equal(6, rows.Length);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
