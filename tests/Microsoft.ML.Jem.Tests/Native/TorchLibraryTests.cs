using System.Runtime.Versioning;
using Microsoft.ML.Jem.Native;
using TorchSharp;

namespace Microsoft.ML.Jem.Tests.Native;

public sealed class TorchLibraryTests : TorchTest
{
    [Fact]
    public void Tensors_can_be_used_once_it_is_loaded_and_loading_again_does_nothing()
    {
        Parallel.For(0, 8, _ => TorchLibrary.EnsureLoaded());
        using torch.Tensor two = torch.ones(2).sum();
        Assert.Equal(2, two.item<float>());
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Without_libtorch_the_packages_to_add_are_named()
    {
        Prerequisite.Linux.Require(OperatingSystem.IsLinux());
        var error = Assert.Throws<DllNotFoundException>(
            () => TorchLibrary.LoadOnLinux(new NativeFolders([Path.GetTempPath()]), PrivateFileCache.ForThisUser()));
        Assert.Contains("TorchSharp-cpu", error.Message);
        Assert.Contains("TorchSharp-cuda-linux", error.Message);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_cache_that_cannot_be_used_gives_way_to_the_next_and_all_failures_are_told()
    {
        Prerequisite.Linux.Require(OperatingSystem.IsLinux());
        string library = NativeFolders.OfThisApplication().Find("libLibTorchSharp.so")!;
        string usable = Path.Combine(Path.GetTempPath(), "jem-cache-" + Guid.NewGuid().ToString("N"));
        var blocked = new PrivateFileCache(Path.Combine(library, "below-a-file"));
        try
        {
            string path = TorchLibrary.WithoutTooNewVersion(library, [blocked, new PrivateFileCache(usable)], new DllNotFoundException());
            Assert.StartsWith(usable, path);
        }
        finally
        {
            Directory.Delete(usable, recursive: true);
        }

        var error = Assert.Throws<DllNotFoundException>(() => TorchLibrary.WithoutTooNewVersion(library, [blocked], new DllNotFoundException()));
        Assert.Contains("below-a-file", error.Message);
        Assert.Contains("XDG_CACHE_HOME", error.Message);
        error = Assert.Throws<DllNotFoundException>(
            () => TorchLibrary.WithoutTooNewVersion(typeof(TorchLibrary).Assembly.Location, [blocked], new DllNotFoundException()));
        Assert.Contains("Not an ELF file", error.Message);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_cache_on_a_full_disk_says_so_and_is_used_once_there_is_room()
    {
        using var disk = new SmallDisk(kibibytes: 64);
        string library = NativeFolders.OfThisApplication().Find("libLibTorchSharp.so")!;
        var cache = new PrivateFileCache(Path.Combine(disk.Path, "cache"));

        var error = Assert.Throws<DllNotFoundException>(() => TorchLibrary.WithoutTooNewVersion(library, [cache], new DllNotFoundException()));
        Assert.Contains("No space left", error.Message);
        Assert.Contains("XDG_CACHE_HOME", error.Message);
        Assert.Empty(disk.Files);

        disk.LeaveRoom(kibibytes: 64 << 10);
        Assert.Equal([TorchLibrary.WithoutTooNewVersion(library, [cache], new DllNotFoundException())], disk.Files);
    }

    [Fact]
    public void Folders_are_searched_in_order_and_a_missing_library_is_null()
    {
        NativeFolders folders = NativeFolders.OfThisApplication();
        Assert.Null(folders.Find("libnothing.so"));
        Assert.True(File.Exists(folders.Find(OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so")));
    }

    [Fact]
    public void A_missing_GPU_is_an_error_unless_the_CPU_may_stand_in()
    {
        Prerequisite.NoGpu.Require(!torch.cuda.is_available());
        Assert.Equal(DeviceType.CPU, TorchDevice.Select(null, fallbackToCpu: false).type);
        Assert.Equal(DeviceType.CPU, TorchDevice.Select(0, fallbackToCpu: true).type);
        var error = Assert.Throws<InvalidOperationException>(() => TorchDevice.Select(0, fallbackToCpu: false));
        Assert.Contains("GpuDeviceId is 0", error.Message);
    }
}
