using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Microsoft.ML.Jem.Tests.Processors;

/// <summary>What this process may use. <see cref="ProcessorTests"/> runs it in other processes and reads what it writes.</summary>
public sealed unsafe class ThisProcessor : TorchTest
{
    /// <summary>Bits of the widest vectors that .NET computes with.</summary>
    internal static int Bits =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    [Fact]
    public void It_uses_nothing_that_its_environment_switches_off()
    {
        string libtorch = Libtorch();
        TestContext.Current.TestOutputHelper!.WriteLine($"vectors of {Bits} bits, libtorch {libtorch}");

        Assert.False(IsOff("AVX512") && Vector512.IsHardwareAccelerated);
        Assert.False(IsOff("AVX2") && Vector256.IsHardwareAccelerated);
        Assert.False(IsOff("HWIntrinsic") && Vector128.IsHardwareAccelerated);
        if (Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY") is { } most)
            Assert.Contains(libtorch, most == "default" ? ["default", "any"] : new[] { most, "default", "any" });
    }

    private static bool IsOff(string feature) => Environment.GetEnvironmentVariable("DOTNET_Enable" + feature) == "0";

    /// <summary>
    /// The instructions that libtorch has chosen: avx512, avx2 or default. TorchSharp does not show it, so its C++ function is called, which
    /// writes a std::string where its argument points: the address of the text, its length, and room for a short text. "any" where the
    /// function is not to be found.
    /// </summary>
    private static string Libtorch()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64
            || !NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, "libtorch_cpu.so"), out nint library)
            || !NativeLibrary.TryGetExport(library, "_ZN2at18get_cpu_capabilityB5cxx11Ev", out nint function))
            return "any";
        nint* text = stackalloc nint[4];
        ((delegate* unmanaged<nint*, void>)function)(text);
        return Encoding.ASCII.GetString((byte*)text[0], (int)text[1]).ToLowerInvariant();
    }
}
