using System.Diagnostics;
using Microsoft.ML.Jem.Native;
using TorchSharp;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>The patched TorchSharp library, when many processes need it at once and when its file is not to be trusted.</summary>
[Trait("Category", "Long")]
public sealed class FirstStartTests : IDisposable
{
    private const int Processes = 8;

    private readonly string _cache = Directory.CreateTempSubdirectory("jem-cache-").FullName;

    /// <summary>What each of those processes runs: this very program, one test of it.</summary>
    [Fact]
    public void Libtorch_loads_and_adds()
    {
        TorchLibrary.EnsureLoaded();
        using torch.Tensor sum = torch.ones(3).sum();
        Assert.Equal(3, sum.item<float>());
    }

    [Fact]
    public async Task Eight_processes_that_start_at_once_all_train_and_leave_one_file()
    {
        int[] codes = await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => StartAsync()));

        Assert.All(codes, code => Assert.Equal(0, code));
        SkipWherePatchingIsNotNeeded();
        Assert.Single(Files());
    }

    [Fact]
    public async Task A_cached_file_that_was_corrupted_or_planted_is_replaced_not_loaded()
    {
        Assert.Equal(0, await StartAsync());
        SkipWherePatchingIsNotNeeded();
        string file = Assert.Single(Files());
        byte[] good = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

        // Loading this would end the process: it is no library.
        await File.WriteAllBytesAsync(file, new byte[good.Length], TestContext.Current.CancellationToken);
        Assert.Equal(0, await StartAsync());
        Assert.Equal(good, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));

        // A file others may write was perhaps written by them.
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherWrite);
            Assert.Equal(0, await StartAsync());
            Assert.False(File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherWrite));
        }
    }

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    private string[] Files() => Directory.GetFiles(_cache, "*", SearchOption.AllDirectories);

    private void SkipWherePatchingIsNotNeeded() =>
        Prerequisite.OldRuntime.Require(Files().Length > 0, "Nothing is cached here.");

    private async Task<int> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(FirstStartTests).Assembly.Location);
        start.ArgumentList.Add("-method");
        start.ArgumentList.Add($"{typeof(FirstStartTests).FullName}.{nameof(Libtorch_loads_and_adds)}");
        start.Environment["XDG_CACHE_HOME"] = _cache;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        string printed = await output + await error;
        Assert.Contains("Total: 1", printed);
        return process.ExitCode;
    }
}
