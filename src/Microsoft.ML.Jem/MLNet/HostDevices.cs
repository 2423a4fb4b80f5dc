using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Which device to use, as <see cref="MLContext.GpuDeviceId"/> and <see cref="MLContext.FallbackToCpu"/> say.</summary>
internal static class HostDevices
{
    /// <summary>The device to train on.</summary>
    /// <exception cref="InvalidOperationException">The CUDA device asked for is not there and no fallback is allowed.</exception>
    public static torch.Device SelectDevice(this IHost host)
    {
        var environment = (IHostEnvironmentInternal)host;
        return TorchDevice.Select(environment.GpuDeviceId, environment.FallbackToCpu);
    }

    /// <summary>A scorer on the device to score on.</summary>
    /// <exception cref="InvalidOperationException">The CUDA device asked for is not there and no fallback is allowed.</exception>
    public static OnnxScorer CreateScorer(this IHost host, byte[] graph)
    {
        var environment = (IHostEnvironmentInternal)host;
        return new OnnxScorer(graph, new OnnxScorerOptions(GpuDeviceId: environment.GpuDeviceId, FallbackToCpu: environment.FallbackToCpu));
    }
}
