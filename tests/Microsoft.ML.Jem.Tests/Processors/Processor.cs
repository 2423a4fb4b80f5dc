using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Jem.Tests.Processors;

/// <summary>A kind of processor that this one can pass for: .NET and libtorch are told in the environment of a process what not to use.</summary>
/// <remarks>
/// The names are those of .NET 10; <c>EnableAVX512F</c> of earlier versions does nothing. Without AVX2, .NET has vectors of 128 bits and no
/// fused multiply-add. libtorch, and oneDNN in it, have switches of their own. ONNX Runtime has none: it always uses what is there.
/// <c>.ci/run</c> runs the default suite with the first, the second and the last.
/// </remarks>
/// <param name="Bits">The widest vectors of .NET; 0 where it has none.</param>
/// <param name="Environment">The variables that make it so.</param>
internal sealed record Processor(int Bits, IReadOnlyDictionary<string, string> Environment)
{
    private static readonly Processor[] Known =
    [
        new(512, new Dictionary<string, string>()),
        new(256, new Dictionary<string, string> { ["DOTNET_EnableAVX512"] = "0", ["ATEN_CPU_CAPABILITY"] = "avx2", ["ONEDNN_MAX_CPU_ISA"] = "AVX2" }),
        new(128, new Dictionary<string, string> { ["DOTNET_EnableAVX2"] = "0", ["ATEN_CPU_CAPABILITY"] = "default", ["ONEDNN_MAX_CPU_ISA"] = "SSE41" }),
        new(0, new Dictionary<string, string> { ["DOTNET_EnableHWIntrinsic"] = "0", ["ATEN_CPU_CAPABILITY"] = "default", ["ONEDNN_MAX_CPU_ISA"] = "SSE41" }),
    ];

    public static Processor Of(int bits) => Known.Single(processor => processor.Bits == bits);

    /// <summary>Runs tests of this program in a process that believes to be on this processor.</summary>
    /// <param name="selection">The console runner's arguments that select them.</param>
    /// <returns>What it printed.</returns>
    public async Task<string> RunTests(params string[] selection)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Processor).Assembly.Location, "-noColor", "-showLiveOutput", .. selection])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // This process may itself pass for a processor.
        foreach (string name in Known.SelectMany(processor => processor.Environment.Keys))
            start.Environment.Remove(name);
        foreach ((string name, string value) in Environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        try
        {
            CancellationToken cancellation = TestContext.Current.CancellationToken;
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation), error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return await output + await error;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    public override string ToString() => Bits.ToString(CultureInfo.InvariantCulture);
}
