using System.Text;

namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>docs/troubleshooting.md lists every error message of the library, below the remedy.</summary>
/// <remarks>
/// A line <c>&lt;!-- messages of: Onnx/, Scoring/OnnxSessionFactory.cs --&gt;</c> is followed by the messages of these sources, up to
/// <c>&lt;!-- end of messages --&gt;</c>. A source belongs to the longest prefix that fits.
/// </remarks>
public sealed class TroubleshootingTests
{
    private const string Begin = "<!-- messages of: ";
    private const string End = "<!-- end of messages -->";

    private static string[] Page => File.ReadAllLines(Path.Combine(Repository.Docs, "troubleshooting.md"));

    [Fact]
    public void Every_message_of_the_library_is_listed_below_its_remedy()
    {
        string[] prefixes = [.. Page.Where(line => line.StartsWith(Begin, StringComparison.Ordinal)).SelectMany(Prefixes)];
        var expected = new StringBuilder();
        bool skipping = false;
        foreach (string line in Page)
        {
            skipping &= line != End;
            if (skipping)
                continue;
            expected.Append(line).Append('\n');
            if (!line.StartsWith(Begin, StringComparison.Ordinal))
                continue;
            skipping = true;
            expected.Append('\n');
            string[] own = Prefixes(line);
            foreach (string message in MessageCatalog.All.Where(file => own.Contains(Owner(file.Key, prefixes))).SelectMany(file => file.Value).Distinct().Order(StringComparer.Ordinal))
                expected.Append("- ").Append(message.Replace("<", "&lt;", StringComparison.Ordinal)).Append('\n');
            expected.Append('\n');
        }

        UpToDate.Check("troubleshooting.md", expected.ToString());
    }

    [Fact]
    public void Every_source_that_throws_belongs_to_a_remedy()
    {
        string[] prefixes = [.. Page.Where(line => line.StartsWith(Begin, StringComparison.Ordinal)).SelectMany(Prefixes)];

        string[] orphans = [.. MessageCatalog.All.Keys.Where(file => Owner(file, prefixes) is null)];

        Assert.True(orphans.Length == 0, "docs/troubleshooting.md has no section for: " + string.Join(", ", orphans));
    }

    [Fact]
    public void The_messages_of_the_sources_are_found()
    {
        string[] all = [.. MessageCatalog.All.Values.SelectMany(messages => messages)];

        Assert.InRange(all.Length, 50, 1000);
        Assert.Contains(all, message => message.StartsWith("ONNX Runtime's native library is not here.", StringComparison.Ordinal));
        Assert.Contains(all, message => message.StartsWith("A classifier needs rows of at least two classes", StringComparison.Ordinal));
    }

    private static string[] Prefixes(string line) =>
        line[Begin.Length..].Replace("-->", "", StringComparison.Ordinal).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string? Owner(string file, string[] prefixes) =>
        prefixes.Where(prefix => file.StartsWith(prefix, StringComparison.Ordinal)).OrderByDescending(prefix => prefix.Length).FirstOrDefault();
}
