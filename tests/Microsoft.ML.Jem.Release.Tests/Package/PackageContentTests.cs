using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Microsoft.ML.Jem.Release.Tests.Package;

/// <summary>What the packages hold, and what they must not.</summary>
public sealed class PackageContentTests(PackedFeed feed) : IClassFixture<PackedFeed>
{
    public static TheoryData<string> Packages => new(Repository.PackableProjects.Keys);

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_holds_one_documented_assembly_and_what_introduces_it(string id)
    {
        using ZipArchive package = ZipFile.OpenRead(feed.PathOf(id, ".nupkg"));

        string[] files = [.. package.Entries.Select(entry => entry.FullName).Where(name => !IsPackaging(name)).Order(StringComparer.Ordinal)];

        // Nothing else: no publicised copy of ML.NET, no Mono.Cecil, no native library, no build task.
        Assert.Equal([$"{id}.nuspec", "README.md", "icon.png", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"], files.OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal));

        int Rank(string name) => name.EndsWith(".nuspec", StringComparison.Ordinal) ? 0 : name == "README.md" ? 1 : name == "icon.png" ? 2 : 3;
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_nuspec_names_licence_readme_icon_and_no_build_dependency(string id)
    {
        XElement metadata = Nuspec(id);
        string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;

        Assert.Equal(id, Value("id"));
        Assert.Equal("MIT", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.Equal("icon.png", Value("icon"));
        Assert.NotEmpty(Value("tags"));
        Assert.InRange(Value("description").Length, 50, 4000);
        string[] dependencies = [.. metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value)];
        Assert.DoesNotContain(dependencies, name => name is "Mono.Cecil" or "Grpc.Tools" || name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));
        Assert.DoesNotContain(dependencies, name => name.StartsWith("TorchSharp-", StringComparison.Ordinal) || name.StartsWith("libtorch", StringComparison.Ordinal) || name == "Microsoft.ML.OnnxRuntime");
    }

    [Fact]
    public void The_library_takes_exactly_the_version_of_ML_NET_whose_internals_it_uses()
    {
        XElement dependency = Nuspec("Microsoft.ML.Jem").Descendants().Single(element => element.Attribute("id")?.Value == "Microsoft.ML");

        Assert.Equal(Repository.VersionOf("Microsoft.ML"), dependency.Attribute("version")!.Value);
        Assert.StartsWith("[", dependency.Attribute("version")!.Value);
    }

    [Fact]
    public void The_metrics_need_ML_NET_alone_in_any_version_from_the_tested_one_on()
    {
        XElement dependency = Nuspec("Microsoft.ML.Jem.Evaluation").Descendants().Single(element => element.Name.LocalName == "dependency");

        Assert.Equal("Microsoft.ML", dependency.Attribute("id")!.Value);
        Assert.Equal(Repository.VersionOf("Microsoft.ML"), $"[{dependency.Attribute("version")!.Value}]");
    }

    [Fact]
    public void The_library_brings_the_version_of_System_Numerics_Tensors_it_is_compiled_against()
    {
        XElement dependency = Nuspec("Microsoft.ML.Jem").Descendants().Single(element => element.Attribute("id")?.Value == "System.Numerics.Tensors");

        Assert.Equal(Repository.VersionOf("System.Numerics.Tensors"), dependency.Attribute("version")!.Value);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_assembly_refers_to_the_real_ML_NET_and_its_symbols_match(string id)
    {
        using ZipArchive package = ZipFile.OpenRead(feed.PathOf(id, ".nupkg"));
        using ZipArchive symbols = ZipFile.OpenRead(feed.PathOf(id, ".snupkg"));
        using var assembly = new PEReader(Content(package, $"lib/net10.0/{id}.dll"));
        using MetadataReaderProvider pdb = MetadataReaderProvider.FromPortablePdbStream(Content(symbols, $"lib/net10.0/{id}.pdb"));

        MetadataReader metadata = assembly.GetMetadataReader();
        string[] references = [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
        Assert.DoesNotContain("Mono.Cecil", references);
        DebugDirectoryEntry codeView = assembly.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.CodeView);
        Assert.Equal(assembly.ReadCodeViewDebugDirectoryData(codeView).Guid, new BlobContentId(pdb.GetMetadataReader().DebugMetadataHeader!.Id).Guid);
        Assert.Contains(assembly.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        Assert.DoesNotContain(metadata.TypeDefinitions.Select(handle => metadata.GetString(metadata.GetTypeDefinition(handle).Namespace)),
            name => name.StartsWith("Mono.Cecil", StringComparison.Ordinal) || name is "Microsoft.ML.Runtime" or "Microsoft.ML.Data" or "Microsoft.ML.Internal");
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_icon_is_a_small_square_png_and_the_readme_is_not_empty(string id)
    {
        using ZipArchive package = ZipFile.OpenRead(feed.PathOf(id, ".nupkg"));

        byte[] icon = Content(package, "icon.png").ToArray();
        Assert.Equal([0x89, .. "PNG\r\n\x1a\n"u8], icon[..8]);
        Assert.Equal(128, BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)));
        Assert.Equal(128, BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20)));
        Assert.InRange(Content(package, "README.md").Length, 500, 100_000);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_public_surface_has_a_baseline(string id)
    {
        // The build compares it with the code: RS0016 and RS0017 are errors.
        string folder = Path.GetDirectoryName(Repository.PackableProjects[id])!;
        string[] members = [.. new[] { "Shipped", "Unshipped" }.SelectMany(kind => File.ReadAllLines(Path.Combine(folder, $"PublicAPI.{kind}.txt")))
            .Where(line => line.Length > 0 && line[0] != '#')];

        Assert.NotEmpty(members);
        Assert.Equal(members.Length, members.Distinct().Count());
    }

    private static bool IsPackaging(string name) => name.StartsWith("_rels/", StringComparison.Ordinal)
        || name.StartsWith("package/", StringComparison.Ordinal) || name == "[Content_Types].xml";

    private static MemoryStream Content(ZipArchive archive, string name)
    {
        var content = new MemoryStream();
        using Stream entry = archive.GetEntry(name)!.Open();
        entry.CopyTo(content);
        content.Position = 0;
        return content;
    }

    private XElement Nuspec(string id)
    {
        using ZipArchive package = ZipFile.OpenRead(feed.PathOf(id, ".nupkg"));
        return XDocument.Load(Content(package, $"{id}.nuspec")).Root!.Elements().Single();
    }
}
