using System.Diagnostics;
using System.Text.Json;

namespace Microsoft.ML.Jem.Tests;

/// <summary>What a build puts beside the tests.</summary>
public sealed class OutputFolderTests
{
    [Fact]
    public void Only_files_of_libtorch_share_their_content_with_other_folders()
    {
        Prerequisite.Linux.Require(OperatingSystem.IsLinux());
        HashSet<string> libtorch = FilesOfLibtorch();
        Assert.Contains("libtorch_cpu.so", libtorch);
        using Process find = Process.Start(new ProcessStartInfo("find", [AppContext.BaseDirectory, "-type", "f", "-links", "+1", "-printf", "%f\n"]) { RedirectStandardOutput = true })!;

        string[] linked = find.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        find.WaitForExit();
        Assert.Equal(0, find.ExitCode);
        Assert.True(linked.All(libtorch.Contains), $"Linked: {string.Join(", ", linked.Except(libtorch))}. Delete the folders bin and obj of an older build.");
    }

    private static HashSet<string> FilesOfLibtorch()
    {
        string path = Path.Combine(AppContext.BaseDirectory, typeof(OutputFolderTests).Assembly.GetName().Name + ".deps.json");
        using JsonDocument dependencies = JsonDocument.Parse(File.ReadAllText(path));
        return
        [
            .. dependencies.RootElement.GetProperty("targets").EnumerateObject().SelectMany(target => target.Value.EnumerateObject())
                .Where(package => package.Name.StartsWith("libtorch-", StringComparison.Ordinal))
                .SelectMany(package => package.Value.TryGetProperty("native", out JsonElement files) ? files.EnumerateObject().ToArray() : [])
                .Select(file => Path.GetFileName(file.Name)),
        ];
    }
}
