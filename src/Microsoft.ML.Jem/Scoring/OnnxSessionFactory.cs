using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Jem.Scoring;

/// <summary>Opens ONNX Runtime sessions and says in one sentence what is missing where that fails.</summary>
internal static class OnnxSessionFactory
{
    private const string PackageMissing =
        "ONNX Runtime's native library is not here. Add the package Microsoft.ML.OnnxRuntime to the application (or Microsoft.ML.OnnxRuntime.Gpu to score on CUDA devices).";

    /// <summary>Opens a session, and says whether it runs on the CPU.</summary>
    /// <exception cref="InvalidOperationException">ONNX Runtime is missing, the device is not available, or the graph cannot be run.</exception>
    public static (InferenceSession Session, bool OnCpu) Create(byte[] model, OnnxScorerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        try
        {
            if (options.GpuDeviceId is not int device)
                return (Open(model, options.Threads, device: null), OnCpu: true);
            try
            {
                return (Open(model, options.Threads, device), OnCpu: false);
            }
            catch (Exception exception) when (exception is OnnxRuntimeException or EntryPointNotFoundException)
            {
                if (options.FallbackToCpu)
                    return (Open(model, options.Threads, device: null), OnCpu: true);
                throw new InvalidOperationException(
                    $"CUDA device {device} is not available to ONNX Runtime. Add the package Microsoft.ML.OnnxRuntime.Gpu and a CUDA driver, set MLContext.FallbackToCpu, or leave MLContext.GpuDeviceId unset. ONNX Runtime says: {exception.Message}",
                    exception);
            }
        }
        catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            throw new InvalidOperationException(PackageMissing, exception);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or TypeInitializationException)
        {
            throw new InvalidOperationException(
                $"ONNX Runtime's native library does not fit its managed part. Use one version of Microsoft.ML.OnnxRuntime and Microsoft.ML.OnnxRuntime.Managed. ({exception.Message})", exception);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidOperationException($"ONNX Runtime cannot run this model: {exception.Message}", exception);
        }
    }

    private static InferenceSession Open(byte[] model, int threads, int? device)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // Waiting threads must sleep, not spin: other cursors need the cores.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (device is int id)
            options.AppendExecutionProvider_CUDA(id);
        return new InferenceSession(model, options);
    }
}
