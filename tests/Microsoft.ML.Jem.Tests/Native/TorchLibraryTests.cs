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
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The folders of Linux packages are searched.");
        var error = Assert.Throws<DllNotFoundException>(
            () => TorchLibrary.LoadOnLinux(new NativeFolders([Path.GetTempPath()]), PrivateFileCache.ForThisUser()));
        Assert.Contains("TorchSharp-cpu", error.Message);
        Assert.Contains("TorchSharp-cuda-linux", error.Message);
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
        Assert.SkipWhen(torch.cuda.is_available(), "There is a GPU here.");
        Assert.Equal(DeviceType.CPU, TorchDevice.Select(null, fallbackToCpu: false).type);
        Assert.Equal(DeviceType.CPU, TorchDevice.Select(0, fallbackToCpu: true).type);
        var error = Assert.Throws<InvalidOperationException>(() => TorchDevice.Select(0, fallbackToCpu: false));
        Assert.Contains("GpuDeviceId is 0", error.Message);
    }
}
