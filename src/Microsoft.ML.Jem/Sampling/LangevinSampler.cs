using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Networks;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Sampling;

/// <summary>
/// Stochastic gradient Langevin dynamics (eq. 3 of the paper, with its two constants set freely):
/// x ← x + α·∂f/∂x + σ·ε, where f is logsumexp f(x), or f(x)[y] for chains of a class.
/// </summary>
/// <param name="network">The network's kind, which knows its input gradient.</param>
/// <param name="module">Its module; parameters are frozen while a chain runs.</param>
/// <param name="settings">Number and size of steps.</param>
/// <param name="generator">The source of ε, on the module's device.</param>
internal sealed class LangevinSampler(JemNetwork network, Module<Tensor, Tensor> module, LangevinSettings settings, Generator generator)
{
    private readonly VectorizedChains? _vectorized = network.Vectorize(module) is { } vectorized ? new VectorizedChains(vectorized, settings, generator) : null;

    /// <summary>Runs all chains for <see cref="LangevinSettings.Steps"/> steps. Not safe for concurrent use.</summary>
    /// <param name="start">Where each chain starts, [n, d]; left as it is.</param>
    /// <param name="y">The class each chain is a sample of, int64 [n]; null samples p(x).</param>
    /// <param name="cancellation">Asked before each step.</param>
    /// <returns>The chains' ends, [n, d], detached.</returns>
    public Tensor Sample(Tensor start, Tensor? y = null, CancellationToken cancellation = default)
    {
        if (_vectorized is not null)
            return _vectorized.Sample(start, y, cancellation);
        using var frozen = new FrozenParameters(module);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = start.detach();
        for (int step = 0; step < settings.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope stepScope = NewDisposeScope();
            Tensor? noise = settings.Noise > 0 ? randn(x.shape, x.dtype, x.device, generator: generator) : null;
            Tensor next = Step(x, y, noise).MoveToOuterDisposeScope();
            x.Dispose();
            x = next;
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>One step: x + α·∂f/∂x + σ·ε.</summary>
    /// <param name="x">Where the chains are, [n, d]; left as it is.</param>
    /// <param name="y">The class of each chain, int64 [n], or null.</param>
    /// <param name="noise">ε, [n, d]; null for none.</param>
    public Tensor Step(Tensor x, Tensor? y, Tensor? noise)
    {
        Tensor gradient = y is null
            ? InputGradient.OfLogSumExp(network, module, x)
            : InputGradient.OfClass(network, module, x, y);
        return Advance(gradient, x, noise, settings);
    }

    /// <summary>x + α·gradient + σ·ε; the gradient's tensor is taken over and returned.</summary>
    public static Tensor Advance(Tensor gradient, Tensor x, Tensor? noise, LangevinSettings settings)
    {
        if (settings.GradientClip is { } limit)
            gradient.ClampInPlace(-limit, limit);
        gradient.ScaleInPlace(settings.StepSize).AddInPlace(x);
        return noise is null ? gradient : gradient.AddInPlace(noise, settings.Noise);
    }
}
