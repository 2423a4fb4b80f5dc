using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Networks;

/// <summary>Input gradients of a multilayer perceptron, a few rows at a time, so that what is between the layers stays in the nearest cache.</summary>
internal sealed class VectorizedPerceptron : VectorizedNetwork
{
    private const int BlockRows = 4 * PanelMatrix.RowsAtOnce;

    // Beyond this the weights leave the caches from block to block, and libtorch's products are the better ones.
    private const int MostWeights = 1 << 19;

    private readonly Activation _activation;
    private readonly Layer[] _layers;

    private VectorizedPerceptron(Activation activation, Linear[] layers)
        : base((int)layers[0].weight!.shape[1], BlockRows)
    {
        _activation = activation;

        // Beyond the last class there is none: its logit is −∞.
        _layers = [.. layers.Select((layer, i) => new Layer(layer, i < layers.Length - 1 ? 0 : float.NegativeInfinity))];
    }

    /// <summary>Prepares a module's gradients; null where this processor or device is not made for it, or the module is too large.</summary>
    public static VectorizedPerceptron? Create(Activation activation, PerceptronModule module)
    {
        Linear[] layers = module.Layers;
        return Vector512.IsHardwareAccelerated
            && layers[0].weight!.device_type == DeviceType.CPU
            && layers.Sum(layer => layer.weight!.numel()) <= MostWeights
            ? new VectorizedPerceptron(activation, layers)
            : null;
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        foreach (Layer layer in _layers)
            layer.Refresh();
    }

    /// <inheritdoc/>
    protected override Workspace CreateWorkspace() => new Block(_activation, _layers);

    /// <summary>A linear layer's weights, laid out for both directions.</summary>
    private sealed class Layer
    {
        private readonly Linear _layer;

        public Layer(Linear layer, float padding)
        {
            _layer = layer;
            (int outputs, int inputs) = ((int)layer.weight!.shape[0], (int)layer.weight.shape[1]);
            Forward = new PanelMatrix(inputs, outputs);
            Backward = new PanelMatrix(outputs, inputs);
            Bias = new float[Forward.Width];
            Array.Fill(Bias, padding);
        }

        /// <summary>From inputs to outputs, [inputs, outputs].</summary>
        public PanelMatrix Forward { get; }

        /// <summary>From gradients of outputs to gradients of inputs, [outputs, inputs].</summary>
        public PanelMatrix Backward { get; }

        public float[] Bias { get; }

        public void Refresh()
        {
            ReadOnlySpan<float> weight = Values(_layer.weight!);
            Forward.SetTransposed(weight);
            Backward.Set(weight);
            Values(_layer.bias!).CopyTo(Bias);
        }

        private static ReadOnlySpan<float> Values(Tensor parameter) => MemoryMarshal.Cast<byte, float>(parameter.bytes);
    }

    /// <summary>What lies between the layers of a block of rows.</summary>
    private sealed class Block(Activation activation, Layer[] layers) : Workspace
    {
        private readonly int _width = layers[0].Forward.Rows;
        private readonly float[] _x = new float[BlockRows * layers[0].Forward.Rows];
        private readonly float[] _zeros = new float[layers.Max(layer => layer.Backward.Width)];
        private readonly float[][] _values = Array.ConvertAll(layers, layer => new float[BlockRows * layer.Forward.Width]);
        private readonly float[][] _derivatives = Array.ConvertAll(layers[..^1], layer => new float[BlockRows * layer.Forward.Width]);
        private readonly float[] _gradient = new float[BlockRows * layers[0].Backward.Width];

        public override void InputGradient(ReadOnlySpan<float> x, ReadOnlySpan<long> y, Span<float> gradient)
        {
            int count = x.Length / _width;
            int rows = (count + PanelMatrix.RowsAtOnce - 1) / PanelMatrix.RowsAtOnce * PanelMatrix.RowsAtOnce;
            x.CopyTo(_x);
            Forward(rows);
            Start(y, rows);
            Backward(rows);

            int padded = layers[0].Backward.Width;
            for (int row = 0; row < count; row++)
                _gradient.AsSpan(row * padded, _width).CopyTo(gradient[(row * _width)..]);
        }

        private void Forward(int rows)
        {
            ReadOnlySpan<float> input = _x;
            int stride = _width;
            for (int i = 0; i < layers.Length; i++)
            {
                PanelMatrix weights = layers[i].Forward;
                weights.Multiply(input, stride, layers[i].Bias, _values[i], rows);
                if (i < _derivatives.Length)
                    VectorActivation.Apply(activation, _values[i].AsSpan(0, rows * weights.Width), _derivatives[i]);
                input = _values[i];
                stride = weights.Width;
            }
        }

        /// <summary>Replaces the logits by what their gradient starts from: their softmax, or 1 at the row's class.</summary>
        private void Start(ReadOnlySpan<long> y, int rows)
        {
            int width = layers[^1].Forward.Width;
            Span<float> logits = _values[^1].AsSpan(0, rows * width);
            if (y.IsEmpty)
            {
                VectorActivation.Softmax(logits, width);
                return;
            }

            logits.Clear();
            for (int row = 0; row < y.Length; row++)
                logits[(row * width) + (int)y[row]] = 1;
        }

        private void Backward(int rows)
        {
            for (int i = layers.Length - 1; i >= 0; i--)
            {
                PanelMatrix weights = layers[i].Backward;
                float[] target = i > 0 ? _values[i - 1] : _gradient;
                weights.Multiply(_values[i], layers[i].Forward.Width, _zeros, target, rows);
                if (i > 0)
                    Scale(target.AsSpan(0, rows * weights.Width), _derivatives[i - 1]);
            }
        }

        private static void Scale(Span<float> values, ReadOnlySpan<float> factors)
        {
            Span<Vector512<float>> scaled = MemoryMarshal.Cast<float, Vector512<float>>(values);
            ReadOnlySpan<Vector512<float>> by = MemoryMarshal.Cast<float, Vector512<float>>(factors)[..scaled.Length];
            for (int i = 0; i < scaled.Length; i++)
                scaled[i] *= by[i];
        }
    }
}
