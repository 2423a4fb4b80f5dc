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
        string onnxRuntime = Reference("Microsoft.ML.OnnxRuntime", Repository.VersionOf("Microsoft.ML.OnnxRuntime"));
        await CreateAsync("Train", onnxRuntime + Reference("TorchSharp-cpu", Repository.VersionOf("TorchSharp-cpu")));
        await CreateAsync("Score", onnxRuntime);

        string trained = await RunAsync("Train", model);
        string scored = await RunAsync("Score", model);

        // Both print the same rows' scores.
        string[] expected = Lines(trained);
        Assert.Equal(6, expected.Length);
        Assert.Equal(expected, Lines(scored));
        string[] output = Directory.GetFiles(Path.Combine(_folder, "Score", "bin"), "*", SearchOption.AllDirectories);
        Assert.DoesNotContain(output, file => Path.GetFileName(file) is var name && name.Contains("torch", StringComparison.OrdinalIgnoreCase) && name != "TorchSharp.dll");
        Assert.DoesNotContain(output, file => Path.GetFileName(file).StartsWith("Mono.Cecil", StringComparison.Ordinal));
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

    private static string[] Lines(string output) => [.. output.Split('\n').Where(line => line.StartsWith("row ", StringComparison.Ordinal))];

    private static string Reference(string id, string version) => $"""<PackageReference Include="{id}" Version="{version}" />""";

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

    private async Task CreateAsync(string name, string references)
    {
        string folder = Path.Combine(_folder, name);
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Package", "Consumers", name + ".cs"), Path.Combine(folder, "Program.cs"));
        string jem = string.Concat(Repository.PackableProjects.Keys.Select(id => Reference(id, VersionOfPacked(id))));

        // Our packages are unpacked here, never into the user's own cache, which serves for all others.
        await File.WriteAllTextAsync(Path.Combine(folder, name + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <RuntimeIdentifier>$(NETCoreSdkRuntimeIdentifier)</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
                <RestorePackagesPath>{_folder}/packages</RestorePackagesPath>
                <RestoreFallbackFolders>{UserPackages}</RestoreFallbackFolders>
                <RestoreAdditionalProjectSources>{feed.Folder}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>{jem}{references}</ItemGroup>
            </Project>
            """);
    }

    private async Task<string> RunAsync(string name, string model)
    {
        string folder = Path.Combine(_folder, name);
        await Dotnet.RunAsync(folder, "build", "-c", "Release");
        return await Dotnet.RunAsync(folder, Path.Combine(Directory.GetDirectories(Path.Combine(folder, "bin", "Release", "net10.0")).Single(), name + ".dll"), model);
    }

    private string VersionOfPacked(string id) => Path.GetFileNameWithoutExtension(feed.PathOf(id, ".nupkg"))[(id.Length + 1)..];
}
