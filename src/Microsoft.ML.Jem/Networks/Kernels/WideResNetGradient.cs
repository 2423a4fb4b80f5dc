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
    private readonly List<ResidualBlock<TVector>> _blocks = [];
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
        MapShape shape = _first.Output;
        foreach ((_, WideBlock block) in module.Blocks)
        {
            _blocks.Add(new ResidualBlock<TVector>(block, shape));
            shape = _blocks[^1].Output;
        }

        _weight = new float[module.Output.weight!.numel()];
        _bias = new float[module.Output.bias!.numel()];
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        _first.Refresh();
        foreach (ResidualBlock<TVector> block in _blocks)
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

    /// <summary>The feature maps of one image and their gradients.</summary>
    private sealed class Maps : Workspace
    {
        private readonly WideResNetGradient<TVector> _network;
        private readonly AlignedFloats _image;
        private readonly AlignedFloats _imageGradient;
        private readonly AlignedFloats _first;
        private readonly AlignedFloats _firstGradient;
        private readonly List<ResidualBlock<TVector>.Maps> _blocks = [];
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
            foreach (ResidualBlock<TVector> block in network._blocks)
                _blocks.Add(block.CreateMaps(_blocks.Count > 0 ? _blocks[^1].Output : _first));
            MapShape last = network._blocks[^1].Output;
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
            foreach (ResidualBlock<TVector>.Maps block in _blocks)
                block.Forward();
            Output(y);
            for (int i = _blocks.Count - 1; i >= 0; i--)
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
            ResidualBlock<TVector>.Activate(_blocks[^1].Output, _last, _lastSlopes);
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
}
