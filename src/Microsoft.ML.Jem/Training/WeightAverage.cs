using Microsoft.ML.Jem.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Microsoft.ML.Jem.Training;

/// <summary>
/// The mean of a module's parameters over its latest updates: each update counts (η + 1)/(t + η), so that the window grows with the
/// training and needs no horizon. Shamir, Zhang, "Stochastic gradient descent for non-smooth optimization", ICML 2013 (polynomial-decay averaging).
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    // The window is about a thirteenth of the updates so far.
    private const double Eta = 12;

    private readonly Parameter[] _parameters;
    private readonly Tensor[] _means;
    private readonly (TensorFloats? Parameter, TensorFloats? Mean)[] _values;
    private long _count;

    /// <summary>Starts from the parameters as they are.</summary>
    public WeightAverage(Module<Tensor, Tensor> module)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _parameters = [.. module.parameters()];
        _means = Array.ConvertAll(_parameters, parameter => parameter.clone().DetachFromDisposeScope());
        _values = [.. _parameters.Zip(_means, (parameter, mean) => (TensorFloats.Of(parameter), TensorFloats.Of(mean)))];
    }

    /// <summary>Takes the parameters of another update in.</summary>
    public void Add()
    {
        using IDisposable noGradients = no_grad();
        _count++;
        double share = Math.Min(1, (Eta + 1) / (_count + Eta));
        for (int i = 0; i < _means.Length; i++)
        {
            if (_values[i] is ({ } parameter, { } mean))
                TensorPrimitives.Lerp(mean.Span, parameter.Span, (float)share, mean.Span);
            else
                _means[i].ScaleInPlace(1 - share).AddInPlace(_parameters[i], share);
        }
    }

    /// <summary>Forgets what came before.</summary>
    public void Restart()
    {
        using IDisposable noGradients = no_grad();
        _count = 0;
        for (int i = 0; i < _means.Length; i++)
            _means[i].copy_(_parameters[i]);
    }

    /// <summary>Exchanges the module's parameters and their means; a second call gives them back.</summary>
    public void Swap()
    {
        using IDisposable noGradients = no_grad();
        for (int i = 0; i < _means.Length; i++)
        {
            using Tensor own = _parameters[i].clone();
            _parameters[i].copy_(_means[i]);
            _means[i].copy_(own);
        }
    }

    /// <summary>The means and how many updates they are of.</summary>
    public void Checkpoint(StateStream state)
    {
        state.Value(ref _count);
        foreach (Tensor mean in _means)
            state.Tensor(mean, "the averaged weights");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor mean in _means)
            mean.Dispose();
    }
}
