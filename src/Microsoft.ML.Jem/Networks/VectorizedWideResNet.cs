using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Jem.Images;
using TorchSharp;

namespace Microsoft.ML.Jem.Networks;

/// <summary>Input gradients of a wide residual network, image by image, so that an image's feature maps stay in the cache.</summary>
internal sealed class VectorizedWideResNet : VectorizedNetwork
{
    // Beyond this the weights leave the caches from image to image, and libtorch's convolutions are the better ones.
    private const int MostWeights = 1 << 20;

    private readonly WideResNetModule _module;
    private readonly ImageShape _image;
    private readonly VectorizedConvolution _first;
    private readonly Block[] _blocks;
    private readonly float[] _weight;
    private readonly float[] _bias;

    private VectorizedWideResNet(ImageShape image, WideResNetModule module)
        : base(image.Size, blockRows: 1)
    {
        (_image, _module) = (image, module);
        _first = new VectorizedConvolution(module.Conv1, 1);
        _blocks = [.. module.Blocks.Select(entry => new Block(entry.Block))];
        _weight = new float[module.Output.weight!.numel()];
        _bias = new float[module.Output.bias!.numel()];
    }

    /// <summary>Prepares a module's gradients; null where this processor or device is not made for it, or the module is too large.</summary>
    public static VectorizedWideResNet? Create(ImageShape image, WideResNetModule module) =>
        Vector512.IsHardwareAccelerated
        && module.Conv1.weight!.device_type == DeviceType.CPU
        && module.parameters().Sum(parameter => parameter.numel()) <= MostWeights
        ? new VectorizedWideResNet(image, module)
        : null;

    /// <inheritdoc/>
    public override void Refresh()
    {
        _first.Refresh();
        foreach (Block block in _blocks)
            block.Refresh();
        MemoryMarshal.Cast<byte, float>(_module.Output.weight!.bytes).CopyTo(_weight);
        MemoryMarshal.Cast<byte, float>(_module.Output.bias!.bytes).CopyTo(_bias);
    }

    /// <inheritdoc/>
    protected override Workspace CreateWorkspace() => new Maps(this);

    /// <summary>A block's convolutions.</summary>
    private sealed class Block(WideBlock block)
    {
        public int Stride => block.Stride;

        public int Outputs { get; } = (int)block.Conv2.weight!.shape[0];

        public VectorizedConvolution Conv1 { get; } = new(block.Conv1, 1);

        public VectorizedConvolution Conv2 { get; } = new(block.Conv2, block.Stride);

        public VectorizedConvolution? Shortcut { get; } = block.Shortcut is null ? null : new(block.Shortcut, block.Stride);

        public void Refresh()
        {
            Conv1.Refresh();
            Conv2.Refresh();
            Shortcut?.Refresh();
        }
    }

    /// <summary>The feature maps of one image and their gradients.</summary>
    private sealed class Maps : Workspace
    {
        private readonly VectorizedWideResNet _network;
        private readonly FeatureMap _image;
        private readonly FeatureMap _imageGradient;
        private readonly int[] _places;
        private readonly int[] _gradientPlaces;
        private readonly FeatureMap _first;
        private readonly FeatureMap _firstGradient;
        private readonly BlockMaps[] _blocks;
        private readonly float[] _mean;
        private readonly float[] _logits;

        public Maps(VectorizedWideResNet network)
        {
            _network = network;
            ImageShape image = network._image;
            _image = new FeatureMap(image.Height, image.Width, image.Channels);
            _imageGradient = new FeatureMap(image.Height, image.Width, PanelMatrix.Padded(image.Channels));
            _places = [.. Enumerable.Range(0, image.Size).Select(i => Place(image, _image, i))];
            _gradientPlaces = [.. Enumerable.Range(0, image.Size).Select(i => Place(image, _imageGradient, i))];
            _first = new FeatureMap(image.Height, image.Width, WideResNetModule.FirstChannels);
            _firstGradient = _first.Alike();
            _blocks = new BlockMaps[network._blocks.Length];
            FeatureMap input = _first;
            for (int i = 0; i < _blocks.Length; i++)
            {
                _blocks[i] = new BlockMaps(network._blocks[i], input);
                input = _blocks[i].Output;
            }

            _mean = new float[input.Channels];
            _logits = new float[network._bias.Length];
        }

        public override void InputGradient(ReadOnlySpan<float> x, ReadOnlySpan<long> y, Span<float> gradient)
        {
            Span<float> image = _image.Values, imageGradient = _imageGradient.Values;
            for (int i = 0; i < _places.Length; i++)
                image[_places[i]] = x[i];

            _network._first.Forward(_image, _first);
            foreach (BlockMaps block in _blocks)
                block.Forward();
            Output(y);
            for (int i = _blocks.Length - 1; i >= 0; i--)
                _blocks[i].Backward(i > 0 ? _blocks[i - 1].OutputGradient : _firstGradient);
            _network._first.Backward(_firstGradient, _imageGradient);
            for (int i = 0; i < _gradientPlaces.Length; i++)
                gradient[i] = imageGradient[_gradientPlaces[i]];
        }

        /// <summary>Activation, mean over all positions, linear layer, and the gradient back to the last block.</summary>
        private void Output(ReadOnlySpan<long> y)
        {
            (FeatureMap last, FeatureMap gradient) = (_blocks[^1].Output, _blocks[^1].OutputGradient);
            int channels = last.Channels;
            float share = 1f / (last.Height * last.Width);
            gradient.Activate(last);
            Array.Clear(_mean);
            ForEachPixel(last, index => TensorPrimitives.Add(_mean, gradient.Values.Slice(index, channels), _mean));
            for (int k = 0; k < _logits.Length; k++)
                _logits[k] = (TensorPrimitives.Dot<float>(_mean, _network._weight.AsSpan(k * channels, channels)) * share) + _network._bias[k];

            if (y.IsEmpty)
            {
                TensorPrimitives.SoftMax<float>(_logits, _logits);
            }
            else
            {
                Array.Clear(_logits);
                _logits[y[0]] = 1;
            }

            Array.Clear(_mean);
            for (int k = 0; k < _logits.Length; k++)
                TensorPrimitives.MultiplyAdd(_network._weight.AsSpan(k * channels, channels), _logits[k] * share, _mean, _mean);
            ForEachPixel(last, index => _mean.CopyTo(gradient.Values[index..]));
            gradient.ScaleBySlope(last);
        }

        private static void ForEachPixel(FeatureMap map, Action<int> action)
        {
            for (int row = 0; row < map.Height; row++)
            {
                for (int column = 0; column < map.Width; column++)
                    action(map.IndexOf(row, column));
            }
        }

        /// <summary>Where a value of a feature vector lies in a map.</summary>
        private static int Place(ImageShape shape, FeatureMap map, int index)
        {
            (int pixel, int channel) = shape.Order == PixelOrder.Interleaved
                ? Math.DivRem(index, shape.Channels)
                : (index % (shape.Height * shape.Width), index / (shape.Height * shape.Width));
            return map.IndexOf(pixel / shape.Width, pixel % shape.Width) + channel;
        }
    }

    /// <summary>The feature maps within a block.</summary>
    private sealed class BlockMaps
    {
        private readonly Block _block;
        private readonly FeatureMap _input;
        private readonly FeatureMap _activated;
        private readonly FeatureMap _hidden;
        private readonly FeatureMap _activatedHidden;
        private readonly FeatureMap _hiddenGradient;
        private readonly FeatureMap _shortcut;
        private readonly FeatureMap _shortcutGradient;

        public BlockMaps(Block block, FeatureMap input)
        {
            (_block, _input) = (block, input);
            _activated = input.Alike();
            _shortcutGradient = input.Alike();
            _hidden = new FeatureMap(input.Height, input.Width, block.Outputs);
            _activatedHidden = _hidden.Alike();
            _hiddenGradient = _hidden.Alike();
            Output = new FeatureMap((input.Height + block.Stride - 1) / block.Stride, (input.Width + block.Stride - 1) / block.Stride, block.Outputs);
            OutputGradient = Output.Alike();
            _shortcut = Output.Alike();
        }

        public FeatureMap Output { get; }

        public FeatureMap OutputGradient { get; }

        public void Forward()
        {
            _activated.Activate(_input);
            _block.Conv1.Forward(_activated, _hidden);
            _activatedHidden.Activate(_hidden);
            _block.Conv2.Forward(_activatedHidden, Output);
            _block.Shortcut?.Forward(_input, _shortcut);
            Output.Add(_block.Shortcut is null ? _input : _shortcut);
        }

        public void Backward(FeatureMap inputGradient)
        {
            _block.Conv2.Backward(OutputGradient, _hiddenGradient);
            _hiddenGradient.ScaleBySlope(_hidden);
            _block.Conv1.Backward(_hiddenGradient, inputGradient);
            inputGradient.ScaleBySlope(_input);
            _block.Shortcut?.Backward(OutputGradient, _shortcutGradient);
            inputGradient.Add(_block.Shortcut is null ? OutputGradient : _shortcutGradient);
        }
    }
}
