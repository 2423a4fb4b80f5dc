using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.Jem.Images;

namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>Input gradients of a wide residual network, image by image, so that an image's feature maps stay in the cache.</summary>
/// <typeparam name="TVector">The width of vectors.</typeparam>
internal sealed class WideResNetGradient<TVector> : VectorizedNetwork
    where TVector : struct, IVector<TVector>
{
    private readonly WideResNetModule _module;
    private readonly MapShape _image;
    private readonly int[] _places;
    private readonly int[] _gradientPlaces;
    private readonly Convolution<TVector> _first;
    private readonly Block[] _blocks;
    private readonly float[] _weight;
    private readonly float[] _bias;

    public WideResNetGradient(ImageShape image, WideResNetModule module)
        : base(image.Size, blockRows: 1)
    {
        _module = module;
        _image = new MapShape(image.Height, image.Width, (image.Channels + 1) / 2 * 2);
        _first = new Convolution<TVector>(module.Conv1, 1, _image);
        _places = Places(image, _image);
        _gradientPlaces = Places(image, _first.InputGradient);
        MapShape input = _first.Output;
        _blocks = [.. module.Blocks.Select(entry => new Block(entry.Block, ref input))];
        _weight = new float[module.Output.weight!.numel()];
        _bias = new float[module.Output.bias!.numel()];
    }

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

    /// <summary>Where each value of a feature vector lies in a map.</summary>
    private static int[] Places(ImageShape image, MapShape map)
    {
        int[] pixels = map.Pixels();
        return image.Order == PixelOrder.Interleaved
            ? [.. pixels.SelectMany(pixel => Enumerable.Range(pixel, image.Channels))]
            : [.. Enumerable.Range(0, image.Channels).SelectMany(channel => pixels.Select(pixel => pixel + channel))];
    }

    /// <summary>A block's convolutions.</summary>
    private sealed class Block
    {
        public Block(WideBlock block, ref MapShape shape)
        {
            Conv1 = new(block.Conv1, 1, shape);
            Conv2 = new(block.Conv2, block.Stride, Conv1.Output);
            Shortcut = block.Shortcut is null ? null : new(block.Shortcut, block.Stride, shape);
            shape = Conv2.Output;
        }

        public Convolution<TVector> Conv1 { get; }

        public Convolution<TVector> Conv2 { get; }

        public Convolution<TVector>? Shortcut { get; }

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
        private readonly WideResNetGradient<TVector> _network;
        private readonly AlignedFloats _image;
        private readonly AlignedFloats _imageGradient;
        private readonly AlignedFloats _first;
        private readonly AlignedFloats _firstGradient;
        private readonly BlockMaps[] _blocks;
        private readonly AlignedFloats _last;
        private readonly AlignedFloats _lastSlopes;
        private readonly int[] _lastPixels;
        private readonly float[] _mean;
        private readonly float[] _logits;

        public Maps(WideResNetGradient<TVector> network)
        {
            _network = network;
            _image = network._image.CreateMap();
            _imageGradient = network._first.InputGradient.CreateMap();
            _first = network._first.Output.CreateMap();
            _firstGradient = network._first.Output.CreateMap();
            AlignedFloats input = _first;
            _blocks = [.. network._blocks.Select(block => new BlockMaps(block, ref input))];
            MapShape last = network._blocks[^1].Conv2.Output;
            (_last, _lastSlopes, _lastPixels) = (last.CreateMap(), last.CreateMap(), last.Pixels());
            _mean = new float[last.Channels];
            _logits = new float[network._bias.Length];
        }

        public override void InputGradient(ReadOnlySpan<float> x, ReadOnlySpan<long> y, Span<float> gradient)
        {
            Span<float> image = _image.Span, imageGradient = _imageGradient.Span;
            for (int i = 0; i < x.Length; i++)
                image[_network._places[i]] = x[i];

            _network._first.Forward(_image, _first);
            foreach (BlockMaps block in _blocks)
                block.Forward();
            Output(y);
            for (int i = _blocks.Length - 1; i >= 0; i--)
                _blocks[i].Backward(i > 0 ? _blocks[i - 1].OutputGradient : _firstGradient);
            _network._first.Backward(_firstGradient, _imageGradient);
            for (int i = 0; i < x.Length; i++)
                gradient[i] = imageGradient[_network._gradientPlaces[i]];
        }

        /// <summary>Activation, mean over all positions, linear layer, and the gradient back to the last block.</summary>
        private void Output(ReadOnlySpan<long> y)
        {
            int channels = _mean.Length;
            float share = 1f / _lastPixels.Length;
            Activate(_blocks[^1].Output, _last, _lastSlopes);
            Array.Clear(_mean);
            foreach (int pixel in _lastPixels)
                TensorPrimitives.Add(_mean, _last.Span.Slice(pixel, channels), _mean);
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
            foreach (int pixel in _lastPixels)
                _mean.CopyTo(_blocks[^1].OutputGradient.Span[pixel..]);
            ColumnKernels.Multiply<TVector>(_blocks[^1].OutputGradient.Span, _lastSlopes.Span);
        }
    }

    /// <summary>The feature maps within a block.</summary>
    private sealed class BlockMaps
    {
        private readonly Block _block;
        private readonly AlignedFloats _input;
        private readonly AlignedFloats _activated;
        private readonly AlignedFloats _slopes;
        private readonly AlignedFloats _hidden;
        private readonly AlignedFloats _hiddenSlopes;
        private readonly AlignedFloats _hiddenGradient;
        private readonly AlignedFloats _shortcut;
        private readonly AlignedFloats _shortcutGradient;

        public BlockMaps(Block block, ref AlignedFloats map)
        {
            (_block, _input) = (block, map);
            MapShape input = block.Conv1.InputGradient, hidden = block.Conv1.Output, output = block.Conv2.Output;
            (_activated, _slopes, _shortcutGradient) = (input.CreateMap(), input.CreateMap(), input.CreateMap());
            (_hidden, _hiddenSlopes, _hiddenGradient) = (hidden.CreateMap(), hidden.CreateMap(), hidden.CreateMap());
            (Output, OutputGradient, _shortcut) = (output.CreateMap(), output.CreateMap(), output.CreateMap());
            map = Output;
        }

        public AlignedFloats Output { get; }

        public AlignedFloats OutputGradient { get; }

        public void Forward()
        {
            Activate(_input, _activated, _slopes);
            _block.Conv1.Forward(_activated, _hidden);
            Activate(_hidden, _hidden, _hiddenSlopes);
            _block.Conv2.Forward(_hidden, Output);
            _block.Shortcut?.Forward(_input, _shortcut);
            Add(Output, _block.Shortcut is null ? _input : _shortcut);
        }

        public void Backward(AlignedFloats inputGradient)
        {
            _block.Conv2.Backward(OutputGradient, _hiddenGradient);
            ColumnKernels.Multiply<TVector>(_hiddenGradient.Span, _hiddenSlopes.Span);
            _block.Conv1.Backward(_hiddenGradient, inputGradient);
            ColumnKernels.Multiply<TVector>(inputGradient.Span, _slopes.Span);
            _block.Shortcut?.Backward(OutputGradient, _shortcutGradient);
            Add(inputGradient, _block.Shortcut is null ? OutputGradient : _shortcutGradient);
        }
    }

    private static void Activate(AlignedFloats map, AlignedFloats activated, AlignedFloats slopes)
    {
        map.Span.CopyTo(activated.Span);
        ColumnKernels.Activate<TVector>(Activation.LeakyReLU, activated.Span, slopes.Span);
    }

    private static void Add(AlignedFloats map, AlignedFloats other) => TensorPrimitives.Add(map.Span, other.Span, map.Span);
}
