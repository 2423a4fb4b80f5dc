using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using TorchSharp;

namespace Microsoft.ML.Jem.Native;

/// <summary>
/// Loads libtorch and TorchSharp's native library before the first TorchSharp call, and says plainly what is missing where
/// that fails.
/// </summary>
/// <remarks>
/// TorchSharp's Linux library asks for GLIBCXX_3.4.32 (GCC 13) on behalf of one symbol that nothing calls, and so fails on
/// Debian 12, Ubuntu 22.04, RHEL 9 and their container images. There, a copy that merely wishes for that version is loaded
/// instead; TorchSharp's own imports then find it by name, as it is already in the process.
/// </remarks>
internal static class TorchLibrary
{
    private const string TooNewVersion = "GLIBCXX_3.4.32";
    private const string LinuxLibrary = "libLibTorchSharp.so";

    private const string WhatToAdd =
        "Training needs libtorch, which this application does not have: add the package TorchSharp-cpu "
        + "(or TorchSharp-cuda-linux, TorchSharp-cuda-windows for a GPU) to it. Scoring needs none of them.";

    /// <summary>In the order in which each finds those it depends on already loaded; a CPU package has the first three only.</summary>
    private static readonly string[] LinuxLibtorch =
        ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    // A value is a success and an exception a failure, both for good: what is missing does not appear in a running process.
    private static readonly Lazy<bool> Loaded = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Makes TorchSharp usable; only the first call does anything. Thread-safe.</summary>
    /// <exception cref="DllNotFoundException">libtorch is not there or does not load; the message says what to add.</exception>
    /// <exception cref="PlatformNotSupportedException">The process is not a 64-bit one.</exception>
    public static void EnsureLoaded() => _ = Loaded.Value;

    private static bool Load()
    {
        if (!Environment.Is64BitProcess)
            throw new PlatformNotSupportedException("libtorch needs a 64-bit process: expected x64 or arm64, got " + RuntimeInformation.ProcessArchitecture + ".");
        if (OperatingSystem.IsLinux())
            LoadOnLinux(NativeFolders.OfThisApplication(), PrivateFileCache.ForThisUser());
        else if (!NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out _)
            && !NativeLibrary.TryLoad("torch", typeof(torch).Assembly, null, out _))
            throw new DllNotFoundException(WhatToAdd);

        try
        {
            Initialize();
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException)
        {
            throw new DllNotFoundException($"TorchSharp could not be initialised: {e.GetBaseException().Message}", e);
        }

        return true;
    }

    /// <summary>Runs TorchSharp's static initialisation; apart, so that nothing of it runs while this class is compiled.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Initialize() => torch.InitializeDeviceType(DeviceType.CPU);

    [SupportedOSPlatform("linux")]
    internal static void LoadOnLinux(NativeFolders folders, IReadOnlyList<PrivateFileCache> caches)
    {
        if (folders.Find("libtorch_cpu.so") is null || folders.Find(LinuxLibrary) is not { } library)
            throw new DllNotFoundException(WhatToAdd);

        foreach (string name in LinuxLibtorch)
        {
            if (folders.Find(name) is { } path)
                NativeLibrary.Load(path);
        }

        try
        {
            NativeLibrary.Load(library);
        }
        catch (DllNotFoundException e) when (e.Message.Contains($"{TooNewVersion}' not found", StringComparison.Ordinal))
        {
            NativeLibrary.Load(WithoutTooNewVersion(library, caches, e));
        }
    }

    /// <summary>The path of a copy that only wishes for <see cref="TooNewVersion"/>, in the first cache that can hold it.</summary>
    [SupportedOSPlatform("linux")]
    internal static string WithoutTooNewVersion(string library, IReadOnlyList<PrivateFileCache> caches, Exception cause)
    {
        var failures = new List<Exception>();
        try
        {
            byte[] patched = WeakVersion.Apply(File.ReadAllBytes(library), TooNewVersion);
            foreach (PrivateFileCache cache in caches)
            {
                try
                {
                    return cache.Store(LinuxLibrary, patched);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    failures.Add(e);
                }
            }
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            failures.Add(e);
        }

        throw new DllNotFoundException(
            $"'{library}' needs {TooNewVersion}, this system's C++ runtime is older, and making that need optional failed: "
            + string.Join(" ", failures.Select(e => e.Message))
            + " Install libstdc++ of GCC 13 or later (Debian 13, Ubuntu 24.04, RHEL 10), or set XDG_CACHE_HOME to a directory of your own.",
            new AggregateException([cause, .. failures]));
    }
}
