namespace Microsoft.ML.Jem.Sampling;

/// <summary>How Langevin chains move.</summary>
/// <param name="Steps">Steps a chain.</param>
/// <param name="StepSize">α, what the gradient is multiplied by.</param>
/// <param name="Noise">σ, the standard deviation of the noise each step adds.</param>
/// <param name="GradientClip">The largest absolute value of a gradient's component; null where nothing is clipped.</param>
internal sealed record LangevinSettings(int Steps, double StepSize, double Noise, double? GradientClip = null);
