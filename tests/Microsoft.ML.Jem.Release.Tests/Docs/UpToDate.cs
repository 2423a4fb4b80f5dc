namespace Microsoft.ML.Jem.Release.Tests.Docs;

/// <summary>Pages that are written from the code; UPDATE_DOCS=true writes them, otherwise they are compared.</summary>
internal static class UpToDate
{
    private static bool Writes => Environment.GetEnvironmentVariable("UPDATE_DOCS") == "true";

    public static void Check(string page, string expected)
    {
        string path = Path.Combine(Repository.Docs, page);
        if (Writes)
            File.WriteAllText(path, expected);
        Assert.True(File.Exists(path), $"docs/{page} is missing. Write it with UPDATE_DOCS=true.");
        string[] actual = File.ReadAllLines(path);
        string[] wanted = expected.TrimEnd('\n').Split('\n');
        string[] differences = [.. wanted.Except(actual).Select(line => "missing: " + line), .. actual.Except(wanted).Select(line => "outdated: " + line)];
        Assert.True(actual.SequenceEqual(wanted), $"docs/{page} is not what the code says; set UPDATE_DOCS=true and run this test to write it anew.\n{string.Join('\n', differences.Take(20))}");
    }
}
