using System.Reflection;

namespace Microsoft.ML.Jem.Release.Tests;

/// <summary>Where the sources of this build lie.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Metadata("RepositoryRoot"));

    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>The projects that become packages, by package id.</summary>
    public static IReadOnlyDictionary<string, string> PackableProjects { get; } =
        Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Order().ToDictionary(path => Path.GetFileNameWithoutExtension(path));

    public static string Docs => Path.Combine(Root, "docs");

    /// <summary>The version this repository uses of a package.</summary>
    public static string VersionOf(string package) =>
        System.Xml.Linq.XDocument.Load(Path.Combine(Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(element => element.Attribute("Include")!.Value == package).Attribute("Version")!.Value;

    /// <summary>Source files of the library, by path relative to src.</summary>
    public static IEnumerable<string> Sources() =>
        Directory.GetFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")).Order();

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
