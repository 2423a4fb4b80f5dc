using System.Numerics;
using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Networks.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>Adam as in PyTorch, ε added after the bias-corrected root. Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015.</summary>
/// <remarks>Not TorchSharp's own, which can lose a number while native code reads it; see <see cref="NumberOperations"/>.</remarks>
/// <param name="parameters">What is optimised; not disposed with this object.</param>
/// <param name="weightDecay">L2 weight decay.</param>
internal sealed class AdamOptimizer(IEnumerable<Parameter> parameters, double weightDecay) : IDisposable
{
    private const double FirstDecay = 0.9, SecondDecay = 0.999, Epsilon = 1e-8;

    private readonly Moments[] _moments = [.. parameters.Select(parameter => new Moments(parameter))];

    /// <summary>Steps taken; decides the correction of the moments' bias.</summary>
    public long StepCount { get; set; }

    /// <summary>The running means of gradients and of their squares, parameter by parameter.</summary>
    public IEnumerable<(Tensor First, Tensor Second)> State => _moments.Select(moments => (moments.First, moments.Second));

    /// <summary>Forgets the gradients.</summary>
    public void ZeroGradients()
    {
        foreach (Moments moments in _moments)
            moments.Parameter.grad?.zero_();
    }

    /// <summary>Frees the gradients, which the parameters would keep for as long as they live.</summary>
    public void DropGradients()
    {
        foreach (Moments moments in _moments)
            moments.Parameter.grad = null;
    }

    /// <summary>Takes a step down the gradients.</summary>
    public void Step(double learningRate)
    {
        StepCount++;
        double stepSize = learningRate / (1 - Math.Pow(FirstDecay, StepCount));
        double rootScale = 1 / Math.Sqrt(1 - Math.Pow(SecondDecay, StepCount));
        using IDisposable noGradients = no_grad();
        foreach (Moments moments in _moments)
        {
            using DisposeScope scope = NewDisposeScope();
            if (moments.Parameter.grad is not { } gradient)
                continue;
            if (moments.Values is { } values && TensorFloats.Of(gradient) is { } slopes)
                StepInOnePass(values.Parameter.Span, slopes.Span, values.First.Span, values.Second.Span, stepSize, rootScale);
            else
                Step(moments.Parameter, gradient, moments.First, moments.Second, stepSize, rootScale);
        }
    }

    /// <summary>Takes a step down gradients that were computed elsewhere, for parameters on the CPU.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="gradients">One gradient per parameter, in their order.</param>
    public void Step(double learningRate, IReadOnlyList<ParameterGradient> gradients)
    {
        StepCount++;
        double stepSize = learningRate / (1 - Math.Pow(FirstDecay, StepCount));
        double rootScale = 1 / Math.Sqrt(1 - Math.Pow(SecondDecay, StepCount));
        for (int p = 0; p < _moments.Length; p++)
        {
            MomentValues values = _moments[p].Values!;
            Span<float> parameter = values.Parameter.Span, first = values.First.Span, second = values.Second.Span;
            ReadOnlySpan<float> gradient = gradients[p].Values.Span;
            (int row, int stride) = (gradients[p].Row, gradients[p].Stride);
            for (int start = 0, from = 0; start < parameter.Length; start += row, from += stride)
                StepInOnePass(parameter.Slice(start, row), gradient.Slice(from, row), first.Slice(start, row), second.Slice(start, row), stepSize, rootScale);
        }
    }

    /// <summary>The steps taken and the moments.</summary>
    public void Checkpoint(StateStream state)
    {
        long steps = StepCount;
        state.Value(ref steps);
        StepCount = steps;
        foreach ((Tensor first, Tensor second) in State)
        {
            state.Tensor(first, "Adam's first moments");
            state.Tensor(second, "Adam's second moments");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Moments moments in _moments)
        {
            moments.First.Dispose();
            moments.Second.Dispose();
        }
    }

    private void Step(Parameter parameter, Tensor gradient, Tensor first, Tensor second, double stepSize, double rootScale)
    {
        if (weightDecay != 0)
            gradient = gradient.Plus(parameter, weightDecay);
        first.ScaleInPlace(FirstDecay).AddInPlace(gradient, 1 - FirstDecay);
        second.ScaleInPlace(SecondDecay).AddProductInPlace(gradient, gradient, 1 - SecondDecay);
        Tensor root = second.sqrt().ScaleInPlace(rootScale).Plus(Epsilon);
        parameter.AddQuotientInPlace(first, root, -stepSize);
    }

    /// <summary>The same in memory: each value is read and written once, instead of once an operation.</summary>
    private void StepInOnePass(Span<float> parameter, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second, double stepSize, double rootScale)
    {
        int lanes = Vector<float>.Count;
        int whole = parameter.Length / lanes * lanes;
        for (int i = 0; i < whole; i += lanes)
        {
            var value = new Vector<float>(parameter[i..]);
            Vector<float> slope = new Vector<float>(gradient[i..]) + ((float)weightDecay * value);
            Vector<float> mean = ((float)FirstDecay * new Vector<float>(first[i..])) + ((float)(1 - FirstDecay) * slope);
            Vector<float> square = ((float)SecondDecay * new Vector<float>(second[i..])) + ((float)(1 - SecondDecay) * slope * slope);
            mean.CopyTo(first[i..]);
            square.CopyTo(second[i..]);
            Vector<float> root = ((float)rootScale * Vector.SquareRoot(square)) + new Vector<float>((float)Epsilon);
            (value - ((float)stepSize * mean / root)).CopyTo(parameter[i..]);
        }

        for (int i = whole; i < parameter.Length; i++)
        {
            float slope = gradient[i] + ((float)weightDecay * parameter[i]);
            first[i] = ((float)FirstDecay * first[i]) + ((float)(1 - FirstDecay) * slope);
            second[i] = ((float)SecondDecay * second[i]) + ((float)(1 - SecondDecay) * slope * slope);
            parameter[i] -= (float)stepSize * first[i] / (((float)rootScale * MathF.Sqrt(second[i])) + (float)Epsilon);
        }
    }

    private readonly record struct Moments(Parameter Parameter, Tensor First, Tensor Second)
    {
        public Moments(Parameter parameter)
            : this(parameter, zeros_like(parameter).DetachFromDisposeScope(), zeros_like(parameter).DetachFromDisposeScope())
        {
        }

        /// <summary>All three as memory; null on another device.</summary>
        public MomentValues? Values { get; } =
            TensorFloats.Of(Parameter) is { } parameter && TensorFloats.Of(First) is { } first && TensorFloats.Of(Second) is { } second
                ? new(parameter, first, second)
                : null;
    }

    private sealed record MomentValues(TensorFloats Parameter, TensorFloats First, TensorFloats Second);
}
