using System.Diagnostics;

namespace Microsoft.ML.Jem.Tests.Interop;

/// <summary>Programs of other ecosystems that tests hand our files to. Where one is missing, the test is skipped and says what to install.</summary>
internal static class Tool
{
    private static readonly SemaphoreSlim Installing = new(1, 1);
    private static readonly Lazy<Task<string?>> SearchingPython = new(FindPythonWithOnnx);

    /// <summary>The folder with the scripts.</summary>
    public static string Scripts { get; } = Path.Combine(Root(), "tests", "Interop");

    /// <summary>A Python that has the package onnx.</summary>
    public static async Task<string> PythonWithOnnx()
    {
        string? python = await SearchingPython.Value;
        Prerequisite.PythonWithOnnx.Require(python is not null);
        return python;
    }

    /// <summary>Node.js, with the packages the scripts need installed.</summary>
    public static async Task<string> NodeWithPackages()
    {
        string? node = Find("node"), npm = Find("npm");
        Prerequisite.Node.Require(node is not null);
        await Installing.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (Directory.Exists(Path.Combine(Scripts, "node_modules", "onnxruntime-node")))
                return node;
            Prerequisite.Node.Require(npm is not null);
            (int exitCode, string _, string error) = await Start(npm, ["ci"]);
            Prerequisite.NodePackages.Require(exitCode == 0, error.Trim().Split('\n')[^1]);
            return node;
        }
        finally
        {
            Installing.Release();
        }
    }

    /// <summary>A Chromium.</summary>
    public static string Chromium()
    {
        string? path = Find("chromium") ?? Find("chromium-browser") ?? Find("google-chrome");
        Prerequisite.Chromium.Require(path is not null);
        return path;
    }

    /// <summary>What a program prints; fails with its errors where it fails.</summary>
    public static async Task<string> Run(string program, params string[] arguments)
    {
        (int exitCode, string output, string error) = await Start(program, arguments);
        Assert.True(exitCode == 0, $"{Path.GetFileName(program)} {arguments[0]} ended with {exitCode}: {error}");
        return output;
    }

    private static async Task<(int ExitCode, string Output, string Error)> Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Scripts };
        using Process process = Process.Start(start)!;
        try
        {
            CancellationToken cancellation = TestContext.Current.CancellationToken;
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation), error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string?> FindPythonWithOnnx()
    {
        foreach (string python in new[] { "/usr/bin/python3", "python3", "python" })
        {
            if (Find(python) is { } path && (await Start(path, ["-c", "import onnx"])).ExitCode == 0)
                return path;
        }

        return null;
    }

    private static string? Find(string program) =>
        Path.IsPathRooted(program)
            ? File.Exists(program) ? program : null
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .SelectMany(folder => new[] { Path.Combine(folder, program), Path.Combine(folder, program + ".exe"), Path.Combine(folder, program + ".cmd") })
                .FirstOrDefault(File.Exists);

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Microsoft.ML.Jem.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not lie in the repository, where the scripts are.");
    }
}
