using System.Reflection;

namespace Microsoft.ML.Jem.Reporting.Tests.Examples;

/// <summary>ML.NET's warnings go to the log of the context alone; every example shows them.</summary>
public sealed class WarningLogTests
{
    [Theory]
    [InlineData("Quickstart")]
    [InlineData("Images")]
    [InlineData("ModelComparison")]
    public void Every_context_of_an_example_shows_its_warnings(string example)
    {
        string sources = Path.Combine(Root(), "examples", example);
        string[] files = [.. Directory.GetFiles(sources, "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))];

        Assert.DoesNotContain(files, file => File.ReadAllText(file).Contains("new MLContext", StringComparison.Ordinal));
        Assert.Contains(files, file => File.ReadAllText(file).Contains("WarningLog.CreateContext", StringComparison.Ordinal));
    }

    private static string Root() =>
        typeof(WarningLogTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!;
}
