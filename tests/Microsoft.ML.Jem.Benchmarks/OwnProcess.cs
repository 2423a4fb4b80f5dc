using System.Diagnostics;

namespace Microsoft.ML.Jem.Benchmarks;

/// <summary>This program, started once more in a process of its own.</summary>
internal static class OwnProcess
{
    /// <summary>How to start it with other arguments.</summary>
    public static ProcessStartInfo With(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(OwnProcess).Assembly.Location);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }
}
