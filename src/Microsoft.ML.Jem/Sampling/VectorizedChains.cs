using System.Runtime.InteropServices;
using Microsoft.ML.Jem.Networks;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Microsoft.ML.Jem.Sampling;

/// <summary>Langevin dynamics from memory to memory, for networks that compute their own input gradients. Only the noise comes from libtorch.</summary>
internal sealed class VectorizedChains(VectorizedNetwork network, LangevinSettings settings, Generator generator)
{
    private float[] _gradient = [];

    /// <summary>Runs all chains; see <see cref="LangevinSampler.Sample"/>.</summary>
    public Tensor Sample(Tensor start, Tensor? y, CancellationToken cancellation)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        network.Refresh();
        Tensor x = start.detach().clone().contiguous();
        Tensor? noise = settings.Noise > 0 ? empty_like(x) : null;
        Tensor? classes = y?.contiguous();
        if (_gradient.Length < x.numel())
            _gradient = new float[x.numel()];
        for (int step = 0; step < settings.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            noise?.normal_(0, 1, generator);
            Advance(x, classes, noise);
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>x ← x + α·gradient + σ·ε.</summary>
    private void Advance(Tensor x, Tensor? y, Tensor? noise)
    {
        Span<float> values = MemoryMarshal.Cast<byte, float>(x.bytes);
        Span<float> gradient = _gradient.AsSpan(0, values.Length);
        network.InputGradient(values, y is null ? [] : MemoryMarshal.Cast<byte, long>(y.bytes), gradient);
        if (settings.GradientClip is { } limit)
        {
            TensorPrimitives.Max(gradient, -(float)limit, gradient);
            TensorPrimitives.Min(gradient, (float)limit, gradient);
        }

        TensorPrimitives.MultiplyAdd(gradient, (float)settings.StepSize, values, values);
        if (noise is not null)
            TensorPrimitives.MultiplyAdd(MemoryMarshal.Cast<byte, float>(noise.bytes), (float)settings.Noise, values, values);
    }
}
