using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Energy;

/// <summary>
/// Until disposed, a module's parameters need no gradients and its layers are in evaluation mode: sampling and scoring need
/// the gradient with respect to the features only.
/// </summary>
internal readonly struct FrozenParameters : IDisposable
{
    private readonly Module _module;
    private readonly bool _training;
    private readonly List<Parameter> _frozen = [];

    /// <summary>Freezes those parameters that are not frozen already.</summary>
    public FrozenParameters(Module module)
    {
        _module = module;
        _training = module.training;
        if (_training)
            module.eval();
        foreach (Parameter parameter in module.parameters())
        {
            if (!parameter.requires_grad)
                continue;
            parameter.requires_grad = false;
            _frozen.Add(parameter);
        }
    }

    /// <summary>Gives the parameters their gradients, and the module its mode, back.</summary>
    public void Dispose()
    {
        foreach (Parameter parameter in _frozen)
            parameter.requires_grad = true;
        if (_training)
            _module.train();
    }
}
