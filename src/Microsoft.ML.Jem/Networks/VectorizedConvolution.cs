using System.Runtime.InteropServices;
using TorchSharp.Modules;
using Segments = Microsoft.ML.Jem.Networks.PanelMatrix.Segments;

namespace Microsoft.ML.Jem.Networks;

/// <summary>
/// A convolution of one or nine pixels, stride 1 or 2, and its gradient with respect to the input, as products of 8 pixels' patches
/// with the weights. Patches are read where they lie: the pixels of a line are neighbours in memory, all channels with them.
/// </summary>
internal sealed class VectorizedConvolution
{
    private readonly Conv2d _layer;
    private readonly int _size;
    private readonly int _stride;
    private readonly int _inputs;
    private readonly int _outputs;
    private readonly float[] _bias;
    private readonly float[] _zeros;
    private readonly PanelMatrix _forward;
    private readonly Part[] _backward;

    /// <param name="layer">The layer; its kernel is 1 × 1, or 3 × 3 with padding 1.</param>
    /// <param name="stride">1 or 2.</param>
    public VectorizedConvolution(Conv2d layer, int stride)
    {
        (_layer, _stride) = (layer, stride);
        long[] shape = layer.weight!.shape;
        (_outputs, _inputs, _size) = ((int)shape[0], (int)shape[1], (int)shape[2]);
        _forward = new PanelMatrix(_size * _size * _inputs, _outputs);
        _bias = new float[_forward.Width];
        _backward = Parts();
        _zeros = new float[_backward[0].Weights.Width];
    }

    /// <summary>Takes over the weights as the layer has them now.</summary>
    public void Refresh()
    {
        ReadOnlySpan<float> weights = MemoryMarshal.Cast<byte, float>(_layer.weight!.bytes);
        MemoryMarshal.Cast<byte, float>(_layer.bias!.bytes).CopyTo(_bias);
        int taps = _size * _size;
        var arranged = new float[weights.Length];
        for (int tap = 0; tap < taps; tap++)
        {
            for (int input = 0; input < _inputs; input++)
            {
                for (int output = 0; output < _outputs; output++)
                    arranged[(((tap * _inputs) + input) * _outputs) + output] = weights[(((output * _inputs) + input) * taps) + tap];
            }
        }

        _forward.Set(arranged);
        foreach (Part part in _backward)
        {
            for (int t = 0; t < part.Taps.Length; t++)
            {
                for (int output = 0; output < _outputs; output++)
                {
                    for (int input = 0; input < _inputs; input++)
                        arranged[(((t * _outputs) + output) * _inputs) + input] = weights[(((output * _inputs) + input) * taps) + part.Taps[t]];
                }
            }

            part.Weights.Set(arranged.AsSpan(0, part.Taps.Length * _outputs * _inputs));
        }
    }

    /// <summary>From the input to the output.</summary>
    public void Forward(FeatureMap input, FeatureMap output)
    {
        int line = _size * _inputs, edge = -(_size / 2);
        Apply(_forward, _bias, new Segments(_size, input.Pitch, 0, line, line), input, edge, _stride, output, 0, 0, 1);
    }

    /// <summary>From the output's gradient to the input's, whose pixels have as many values as whole vectors hold.</summary>
    public void Backward(FeatureMap gradient, FeatureMap result)
    {
        foreach (Part part in _backward)
        {
            var segments = new Segments(part.Lines, gradient.Pitch, 0, part.Across * _outputs, part.Across * _outputs);
            Apply(part.Weights, _zeros, segments, gradient, part.Edge, 1, result, part.Y, part.X, _stride);
        }
    }

    /// <summary>
    /// What an input pixel's gradient is made of. With stride 1 that is the same for each: the patch around the output's pixel, the
    /// kernel turned about. With stride 2 it depends on whether row and column are even, where one tap of the kernel reaches the pixel,
    /// or odd, where two do, from this output pixel and the next.
    /// </summary>
    private Part[] Parts()
    {
        Part New(int y, int x, int edge, int[] down, int[] across) => new(
            y, x, edge, down.Length, across.Length, [.. down.SelectMany(ky => across.Select(kx => (ky * _size) + kx))],
            new PanelMatrix(down.Length * across.Length * _outputs, _inputs));

        if (_size == 1)
            return [New(0, 0, 0, [0], [0])];
        if (_stride == 1)
            return [New(0, 0, -1, [2, 1, 0], [2, 1, 0])];
        return [New(0, 0, 0, [1], [1]), New(0, 1, 0, [1], [2, 0]), New(1, 0, 0, [2, 0], [1]), New(1, 1, 0, [2, 0], [2, 0])];
    }

    private static void Apply(
        PanelMatrix weights, float[] start, Segments segments, FeatureMap input, int edge, int inputStep, FeatureMap output, int y0, int x0, int outputStep)
    {
        const int Pixels = PanelMatrix.RowsAtOnce;
        Span<float> aside = stackalloc float[Pixels * PanelMatrix.PanelWidth];
        int rows = (output.Height - y0 + outputStep - 1) / outputStep, columns = (output.Width - x0 + outputStep - 1) / outputStep;
        for (int panel = 0; panel < weights.Width; panel += PanelMatrix.PanelWidth)
        {
            int width = Math.Min(PanelMatrix.PanelWidth, weights.Width - panel);
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column += Pixels)
                {
                    ref float a = ref input.Values[input.IndexOf((row * inputStep) + edge, (column * inputStep) + edge)];
                    Span<float> target = output.Values[(output.IndexOf(y0 + (row * outputStep), x0 + (column * outputStep)) + panel)..];
                    int pixel = outputStep * output.Channels, count = columns - column;
                    if (count >= Pixels)
                    {
                        weights.Multiply(panel, ref a, inputStep * input.Channels, segments, in start[0], ref MemoryMarshal.GetReference(target), pixel);
                        continue;
                    }

                    // The line ends within the 8 pixels: what lies beyond is not ours to write.
                    weights.Multiply(panel, ref a, inputStep * input.Channels, segments, in start[0], ref aside[0], PanelMatrix.PanelWidth);
                    for (int i = 0; i < count; i++)
                        aside.Slice(i * PanelMatrix.PanelWidth, width).CopyTo(target[(i * pixel)..]);
                }
            }
        }
    }

    /// <summary>The gradient of some of the input's pixels.</summary>
    /// <param name="Y">The first row.</param>
    /// <param name="X">The first column.</param>
    /// <param name="Edge">Where the patch of the output begins, from the pixel.</param>
    /// <param name="Lines">Height of the patch.</param>
    /// <param name="Across">Width of the patch.</param>
    /// <param name="Taps">The kernel's tap for each pixel of the patch.</param>
    /// <param name="Weights">Taps and outputs by inputs.</param>
    private sealed record Part(int Y, int X, int Edge, int Lines, int Across, int[] Taps, PanelMatrix Weights);
}
