using System.Text;

namespace Microsoft.ML.Jem.Release.Tests.Package;

/// <summary>Fresh projects, far from this repository, that know nothing but the packed files.</summary>
[Trait("Category", "Long")]
public sealed class PackageUseTests(PackedFeed feed) : IClassFixture<PackedFeed>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("jem-consumer-").FullName;

    [Fact]
    public async Task One_application_trains_and_saves_and_another_without_libtorch_loads_and_scores()
    {
        string model = Path.Combine(_folder, "model.zip");
        string onnxRuntime = Consumer.Reference("Microsoft.ML.OnnxRuntime");
        Consumer train = Create("Train", Ours(Repository.PackableProjects.Keys) + onnxRuntime + Consumer.Reference("TorchSharp-cpu"));
        Consumer score = Create("Score", Ours(Repository.PackableProjects.Keys) + onnxRuntime);

        string[] trained = await train.RunAsync(model);
        string[] scored = await score.RunAsync(model);

        // Both print the same rows' scores.
        Assert.Equal(6, trained.Length);
        Assert.Equal(trained, scored);
        string[] output = Directory.GetFiles(score.Output, "*", SearchOption.AllDirectories);
        Assert.DoesNotContain(output, file => Path.GetFileName(file) is var name && name.Contains("torch", StringComparison.OrdinalIgnoreCase) && name != "TorchSharp.dll");
        Assert.DoesNotContain(output, file => Path.GetFileName(file).StartsWith("Mono.Cecil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_application_evaluates_another_trainer_without_TorchSharp_and_ONNX_Runtime()
    {
        Consumer evaluate = Create("Evaluate", Ours(["Microsoft.ML.Jem.Evaluation"]));

        Assert.Equal(["row 1.00 0.00 180 1 True"], await evaluate.RunAsync(""));

        string[] output = [.. Directory.GetFiles(evaluate.Output, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file))];
        Assert.Contains("Microsoft.ML.Jem.Evaluation.dll", output);
        Assert.DoesNotContain(output, name => name == "Microsoft.ML.Jem.dll"
            || name.Contains("torch", StringComparison.OrdinalIgnoreCase) || name.Contains("onnx", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_build_of_the_same_sources_gives_the_same_bytes_and_no_path_of_the_machine()
    {
        Dictionary<string, byte[]> first = await BuildAsync();
        Dictionary<string, byte[]> second = await BuildAsync();

        Assert.Equal(2 * Repository.PackableProjects.Count, first.Count);
        foreach ((string file, byte[] bytes) in first)
        {
            Assert.True(bytes.AsSpan().SequenceEqual(second[file]), $"Two builds of {file} differ.");
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Repository.Root)));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Where packages of this user lie unpacked.</summary>
    private static string UserPackages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>Builds all packages from nothing, beside what other builds leave, and gives the assemblies and their symbols.</summary>
    private static async Task<Dictionary<string, byte[]>> BuildAsync()
    {
        string artifacts = Path.Combine(Repository.Root, "artifacts", "reproducible");
        if (Directory.Exists(artifacts))
            Directory.Delete(artifacts, recursive: true);
        var files = new Dictionary<string, byte[]>();
        foreach ((string id, string project) in Repository.PackableProjects)
        {
            await Dotnet.RunAsync(Repository.Root, "build", project, "-c", "Release", "--artifacts-path", artifacts, "-p:ContinuousIntegrationBuild=true");
            foreach (string file in new[] { id + ".dll", id + ".pdb" })
                files[file] = await File.ReadAllBytesAsync(Path.Combine(artifacts, "bin", id, "release", file), TestContext.Current.CancellationToken);
        }

        return files;
    }

    /// <summary>Our packages are unpacked in this test's folder, never into the user's own cache, which serves for all others.</summary>
    private Consumer Create(string name, string references) => Consumer.Create(
        _folder,
        name,
        $"""
        <RestorePackagesPath>{_folder}/packages</RestorePackagesPath>
        <RestoreFallbackFolders>{UserPackages}</RestoreFallbackFolders>
        <RestoreAdditionalProjectSources>{feed.Folder}</RestoreAdditionalProjectSources>
        """,
        references);

    /// <summary>References to packages of the feed.</summary>
    private string Ours(IEnumerable<string> ids) => string.Concat(ids.Select(id => Consumer.Reference(id, VersionOfPacked(id))));

    private string VersionOfPacked(string id) => Path.GetFileNameWithoutExtension(feed.PathOf(id, ".nupkg"))[(id.Length + 1)..];
}
