using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Sampling;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Generation;

/// <summary>The starting points a model has kept, as tensors.</summary>
internal sealed class StoredStarts : IDisposable
{
    private readonly Generator _generator;
    private readonly ChainStarts _initial;
    private readonly ClassGaussians? _gaussians;
    private readonly Tensor _prior;

    public StoredStarts(SamplerState state, Device device, Generator generator)
    {
        _generator = generator;
        _gaussians = state.Means is { } means ? new ClassGaussians(Values(means), Values(state.Factors!)) : null;
        Chains = Values(state.Chains);
        _prior = Values(state.Prior);
        _initial = new ChainStarts(state.InitialDistribution, _gaussians, (int)Chains.shape[1], generator);
        Tensor Values(OnnxTensor stored) => tensor(stored.Values, stored.Shape, device: device).DetachFromDisposeScope();
    }

    /// <summary>Chains of the replay buffer, [n, d].</summary>
    public Tensor Chains { get; }

    /// <summary>Classes as often as they occur in the training rows, int64 [n].</summary>
    public Tensor DrawClasses(int count) => _prior.multinomial(count, replacement: true, _generator);

    /// <summary>Points of p0 for classes [n], [n, d].</summary>
    public Tensor DrawInitial(Tensor y) => _initial.Draw(y);

    /// <inheritdoc/>
    public void Dispose()
    {
        _gaussians?.Dispose();
        Chains.Dispose();
        _prior.Dispose();
    }
}
