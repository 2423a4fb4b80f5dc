namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>A block of C# in a page.</summary>
/// <param name="Line">The line its code begins at.</param>
/// <param name="Code">The code.</param>
/// <param name="NotRun">Why it is parsed only; null for a block that is run.</param>
internal sealed record Snippet(int Line, string Code, string? NotRun);

/// <summary>C# of the documentation: blocks fenced with ```csharp.</summary>
internal static class Snippets
{
    /// <summary>Begins the comment, with its reason, before a block that needs what this repository does without.</summary>
    private const string ParsedOnly = "<!-- parsed, not compiled: ";

    /// <summary>The snippets of a page.</summary>
    public static IEnumerable<Snippet> Of(string page)
    {
        string[] lines = File.ReadAllLines(page);
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() != "```csharp")
                continue;
            int end = Array.FindIndex(lines, i + 1, line => line.Trim() == "```");
            Assert.True(end > i, $"{page}({i + 1}): this block does not end.");
            bool isParsedOnly = i > 0 && lines[i - 1].StartsWith(ParsedOnly, StringComparison.Ordinal);
            yield return new Snippet(i + 2, string.Join('\n', lines[(i + 1)..end]), isParsedOnly ? lines[i - 1][ParsedOnly.Length..].Replace("-->", "", StringComparison.Ordinal).Trim() : null);
            i = end;
        }
    }
}
