using System.Runtime.InteropServices;
using TorchSharp.Modules;

namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>A convolution of one or nine pixels, stride 1 or 2, and its gradient with respect to the input.</summary>
/// <typeparam name="TVector">The width of vectors.</typeparam>
internal sealed class Convolution<TVector>
    where TVector : struct, IVector<TVector>
{
    private readonly Conv2d _layer;
    private readonly int _inputs;
    private readonly int _size;
    private readonly float[] _bias;
    private readonly float[] _zeros;
    private readonly Stencil<TVector> _forward;
    private readonly Stencil<TVector>[] _backward;

    /// <param name="layer">The layer; its kernel is 1 × 1, or 3 × 3 with padding 1.</param>
    /// <param name="stride">1 or 2.</param>
    /// <param name="input">The input's shape, with an even number of channels, of which the layer may know fewer.</param>
    public Convolution(Conv2d layer, int stride, MapShape input)
    {
        _layer = layer;
        long[] shape = layer.weight!.shape;
        (_bias, _inputs, _size) = (new float[shape[0]], (int)shape[1], (int)shape[2]);
        Output = new MapShape((input.Height + stride - 1) / stride, (input.Width + stride - 1) / stride, _bias.Length);
        InputGradient = input with { Channels = (_inputs + TVector.Count - 1) / TVector.Count * TVector.Count };
        _zeros = new float[InputGradient.Channels];
        _forward = new Stencil<TVector>(input, -(_size / 2), stride, Output, (0, 0), 1, [.. Enumerable.Range(0, _size * _size)], _size);
        _backward = CreateBackward(stride);
    }

    /// <summary>The output's shape.</summary>
    public MapShape Output { get; }

    /// <summary>The shape of the gradient with respect to the input: the layer's channels, and zeros up to whole vectors.</summary>
    public MapShape InputGradient { get; }

    /// <summary>Takes over the weights as the layer has them now.</summary>
    public void Refresh()
    {
        ReadOnlySpan<float> weights = MemoryMarshal.Cast<byte, float>(_layer.weight!.bytes);
        MemoryMarshal.Cast<byte, float>(_layer.bias!.bytes).CopyTo(_bias);
        int taps = _size * _size;
        (int, int) inputs = (_inputs, taps), outputs = (_bias.Length, _inputs * taps);
        _forward.Refresh(weights, inputs, outputs);
        foreach (Stencil<TVector> part in _backward)
            part.Refresh(weights, outputs, inputs);
    }

    /// <summary>From the input to the output.</summary>
    public void Forward(AlignedFloats input, AlignedFloats output) => _forward.Apply(input.Span, _bias, output.Span);

    /// <summary>From the output's gradient to the input's.</summary>
    public void Backward(AlignedFloats gradient, AlignedFloats result)
    {
        foreach (Stencil<TVector> part in _backward)
            part.Apply(gradient.Span, _zeros, result.Span);
    }

    /// <summary>
    /// What an input pixel's gradient is made of. With stride 1 that is the same for each: the patch around the output's pixel, the
    /// kernel turned about. With stride 2 it depends on whether line and column are even, where one tap of the kernel reaches the pixel,
    /// or odd, where two do, from this output pixel and the next.
    /// </summary>
    private Stencil<TVector>[] CreateBackward(int stride)
    {
        Stencil<TVector> New(int y, int x, int edge, int[] down, int[] across) => new(
            Output, edge, 1, InputGradient, (y, x), stride, [.. down.SelectMany(ky => across.Select(kx => (ky * _size) + kx))], down.Length);

        if (_size == 1)
            return [New(0, 0, 0, [0], [0])];
        if (stride == 1)
            return [New(0, 0, -1, [2, 1, 0], [2, 1, 0])];
        return [New(0, 0, 0, [1], [1]), New(0, 1, 0, [1], [2, 0]), New(1, 0, 0, [2, 0], [1]), New(1, 1, 0, [2, 0], [2, 0])];
    }
}
