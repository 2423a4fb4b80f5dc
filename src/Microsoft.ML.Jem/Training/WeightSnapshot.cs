using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Training;

/// <summary>A copy of a module's state that can be given back to it.</summary>
internal sealed class WeightSnapshot(Module<Tensor, Tensor> module) : IDisposable
{
    private readonly Dictionary<string, Tensor> _copy = [];

    /// <summary>Copies the module's state.</summary>
    public void Take()
    {
        using IDisposable noGradients = no_grad();
        foreach ((string name, Tensor value) in module.state_dict())
        {
            if (_copy.TryGetValue(name, out Tensor? copy))
                copy.copy_(value);
            else
                _copy[name] = value.clone().DetachFromDisposeScope();
        }
    }

    /// <summary>Gives the module the state that was copied; leaves it alone where none was.</summary>
    public void Restore()
    {
        if (_copy.Count == 0)
            return;
        using IDisposable noGradients = no_grad();
        foreach ((string name, Tensor value) in module.state_dict())
            value.copy_(_copy[name]);
    }

    /// <summary>Whether there is a copy, and its values.</summary>
    public void Checkpoint(StateStream state)
    {
        bool isTaken = _copy.Count > 0;
        state.Value(ref isTaken);
        if (!isTaken)
            return;
        if (_copy.Count == 0)
            Take();
        foreach ((string name, Tensor copy) in _copy)
            state.Tensor(copy, name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor copy in _copy.Values)
            copy.Dispose();
    }
}
