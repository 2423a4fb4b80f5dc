namespace Microsoft.ML.Jem.Scoring;

/// <summary>Where and with how many threads a model is scored.</summary>
/// <param name="Threads">Threads within one call, at least 1. One is best where cursors or callers run in parallel, and always deterministic.</param>
/// <param name="GpuDeviceId">The CUDA device to score on; null for the CPU.</param>
/// <param name="FallbackToCpu">Whether the CPU is used, instead of an error, where that device is not available.</param>
internal sealed record OnnxScorerOptions(int Threads = 1, int? GpuDeviceId = null, bool FallbackToCpu = true);
