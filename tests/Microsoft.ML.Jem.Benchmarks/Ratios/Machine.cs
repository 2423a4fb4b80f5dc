using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    private const string ProcessorInfo = "/proc/cpuinfo";

    /// <summary>Processor, cores, vectors, runtime.</summary>
    public static JsonObject Describe() => new()
    {
        ["processor"] = Processor(),
        ["cores"] = Environment.ProcessorCount,
        ["vectorBits"] = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["system"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
    };

    private static string Processor()
    {
        const string ModelName = "model name";
        string? line = File.Exists(ProcessorInfo)
            ? File.ReadLines(ProcessorInfo).FirstOrDefault(text => text.StartsWith(ModelName, StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[^1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";
    }
}
