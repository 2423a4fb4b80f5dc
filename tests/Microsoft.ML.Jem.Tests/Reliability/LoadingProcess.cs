using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>Loads files in another process, which they may end or keep busy for ever; then the next file gets a new one.</summary>
internal sealed class LoadingProcess(string what) : IDisposable
{
    /// <summary>What is left to a child, so that an allocation of any size the file claims is an error at once.</summary>
    private const long HeapLimit = 512 << 20;

    private Process? _process;

    /// <summary>What came of a file.</summary>
    /// <param name="Outcome">"loaded", "endless", "ended" where the process ended by itself, or the type of the exception.</param>
    /// <param name="Allocated">Bytes.</param>
    /// <param name="Where">The type of ML.NET or ours whose method failed.</param>
    /// <param name="Details">What was loaded, or the exception's message.</param>
    public sealed record Answer(string Outcome, long Allocated, string Where, string Details);

    public Answer Load(byte[] file)
    {
        _process ??= Start(what);
        _process.StandardInput.BaseStream.Write(BitConverter.GetBytes(file.Length));
        _process.StandardInput.BaseStream.Write(file);
        _process.StandardInput.BaseStream.Flush();
        string[] answer = _process.StandardOutput.ReadLine()?.Split('\t') ?? ["ended", "0", "", ""];
        if (answer[0] is "ended" or "endless")
        {
            _process.WaitForExit();
            if (answer[0] == "ended")
                answer[3] = $"exit code {_process.ExitCode}";
            Dispose();
        }

        return new Answer(answer[0], long.Parse(answer[1], CultureInfo.InvariantCulture), answer[2], answer[3]);
    }

    public void Dispose()
    {
        _process?.StandardInput.Dispose();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    private static Process Start(string what)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.Jem.Damaged.dll"));
        start.ArgumentList.Add(what);
        start.Environment["DOTNET_GCHeapHardLimit"] = HeapLimit.ToString("x", CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }
}
