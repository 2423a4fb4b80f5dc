using TorchSharp;

namespace Microsoft.ML.Jem.Native;

/// <summary>Picks the device a model is trained on.</summary>
internal static class TorchDevice
{
    /// <summary>Loads libtorch and returns the device.</summary>
    /// <param name="gpuDeviceId">The CUDA device's number, 0 the first; null for the CPU.</param>
    /// <param name="fallbackToCpu">Whether the CPU is taken where that CUDA device does not exist.</param>
    /// <exception cref="InvalidOperationException">There is no such CUDA device and no fallback was allowed.</exception>
    /// <exception cref="DllNotFoundException">libtorch is not there; the message says what to add.</exception>
    public static torch.Device Select(int? gpuDeviceId, bool fallbackToCpu)
    {
        TorchLibrary.EnsureLoaded();
        return SelectLoaded(gpuDeviceId, fallbackToCpu);
    }

    private static torch.Device SelectLoaded(int? gpuDeviceId, bool fallbackToCpu)
    {
        if (gpuDeviceId is not { } id)
            return torch.CPU;

        int count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (id >= 0 && id < count)
            return torch.device(DeviceType.CUDA, id);
        return fallbackToCpu
            ? torch.CPU
            : throw new InvalidOperationException(
                $"GpuDeviceId is {id}, and libtorch sees {count} CUDA device(s): expected an id below that. Add TorchSharp-cuda-linux or "
                + "TorchSharp-cuda-windows and a driver, or set FallbackToCpu.");
    }
}
