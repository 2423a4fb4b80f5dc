using System.Diagnostics;

namespace Microsoft.ML.Jem.Tests.Training;

/// <summary>Kills a process that trains (SIGKILL on Unix), at random moments, and starts it again.</summary>
public sealed class KilledTrainingTests : IDisposable
{
    /// <summary>Of all members together.</summary>
    private const int Epochs = 90;

    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task Training_killed_three_times_ends_at_the_same_bytes() => Kill(times: 3, seed: 1);

    [Fact]
    [Trait("Category", "Long")]
    public Task Training_killed_twenty_times_ends_at_the_same_bytes() => Kill(times: 20, seed: 2);

    private async Task Kill(int times, int seed)
    {
        string whole = Path.Combine(_folder.Path, "whole.onnx"), resumed = Path.Combine(_folder.Path, "resumed.onnx");
        await Finish(whole);
        var random = new Random(seed);
        for (int kill = 0; kill < times; kill++)
        {
            using Process process = Start(resumed, _folder.Checkpoint);

            // A few epochs on from where it was, so that it gets on, and then a moment that may lie anywhere: in an update, in the writing of a file.
            // At first four epochs of three members, so that one has a checkpoint.
            int epochs = random.Next(kill == 0 ? 4 : 1, Epochs / times);
            for (int line = 0; line < epochs; line++)
            {
                Assert.NotNull(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
                await process.StandardInput.WriteLineAsync();
            }

            Thread.Sleep(TimeSpan.FromMilliseconds(20 * random.NextDouble()));
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.False(File.Exists(resumed), "It was finished before it could be killed.");
            Assert.NotEmpty(_folder.Files);
        }

        await Finish(resumed, _folder.Checkpoint);
        Assert.Equal(await File.ReadAllBytesAsync(whole, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(resumed, TestContext.Current.CancellationToken));
        Assert.Empty(_folder.Files);
    }

    private static async Task Finish(params string[] arguments)
    {
        using Process process = Start(arguments);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await output + await error);
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.Jem.Killed.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
