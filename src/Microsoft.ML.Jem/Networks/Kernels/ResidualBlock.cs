using System.Numerics.Tensors;

namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>The convolutions of a <see cref="WideBlock"/>.</summary>
/// <typeparam name="TVector">The width of vectors.</typeparam>
internal sealed class ResidualBlock<TVector>
    where TVector : struct, IVector<TVector>
{
    private readonly Convolution<TVector> _first;
    private readonly Convolution<TVector> _second;
    private readonly Convolution<TVector>? _shortcut;

    /// <param name="block">The block.</param>
    /// <param name="input">The input's shape.</param>
    public ResidualBlock(WideBlock block, MapShape input)
    {
        _first = new(block.Conv1, 1, input);
        _second = new(block.Conv2, block.Stride, _first.Output);
        _shortcut = block.Shortcut is null ? null : new(block.Shortcut, block.Stride, input);
    }

    /// <summary>The output's shape.</summary>
    public MapShape Output => _second.Output;

    /// <summary>Takes over the weights as the block has them now.</summary>
    public void Refresh()
    {
        _first.Refresh();
        _second.Refresh();
        _shortcut?.Refresh();
    }

    /// <summary>Makes the memory for one thread.</summary>
    /// <param name="input">The map that the block reads.</param>
    public Maps CreateMaps(AlignedFloats input) => new(this, input);

    /// <summary>LeakyReLU of a map, and its slopes.</summary>
    public static void Activate(AlignedFloats map, AlignedFloats activated, AlignedFloats slopes)
    {
        map.Span.CopyTo(activated.Span);
        ColumnKernels.Activate<TVector>(Activation.LeakyReLU, activated.Span, slopes.Span);
    }

    private static void Add(AlignedFloats map, AlignedFloats other) => TensorPrimitives.Add(map.Span, other.Span, map.Span);

    /// <summary>The feature maps of one image and their gradients.</summary>
    internal sealed class Maps
    {
        private readonly ResidualBlock<TVector> _block;
        private readonly AlignedFloats _input;
        private readonly AlignedFloats _activated;
        private readonly AlignedFloats _slopes;
        private readonly AlignedFloats _hidden;
        private readonly AlignedFloats _hiddenSlopes;
        private readonly AlignedFloats _hiddenGradient;
        private readonly AlignedFloats _shortcut;
        private readonly AlignedFloats _shortcutGradient;

        public Maps(ResidualBlock<TVector> block, AlignedFloats map)
        {
            (_block, _input) = (block, map);
            MapShape input = block._first.InputGradient, hidden = block._first.Output, output = block.Output;
            (_activated, _slopes, _shortcutGradient) = (input.CreateMap(), input.CreateMap(), input.CreateMap());
            (_hidden, _hiddenSlopes, _hiddenGradient) = (hidden.CreateMap(), hidden.CreateMap(), hidden.CreateMap());
            (Output, OutputGradient, _shortcut) = (output.CreateMap(), output.CreateMap(), output.CreateMap());
        }

        public AlignedFloats Output { get; }

        public AlignedFloats OutputGradient { get; }

        public void Forward()
        {
            Activate(_input, _activated, _slopes);
            _block._first.Forward(_activated, _hidden);
            Activate(_hidden, _hidden, _hiddenSlopes);
            _block._second.Forward(_hidden, Output);
            _block._shortcut?.Forward(_input, _shortcut);
            Add(Output, _block._shortcut is null ? _input : _shortcut);
        }

        public void Backward(AlignedFloats inputGradient)
        {
            _block._second.Backward(OutputGradient, _hiddenGradient);
            ColumnKernels.Multiply<TVector>(_hiddenGradient.Span, _hiddenSlopes.Span);
            _block._first.Backward(_hiddenGradient, inputGradient);
            ColumnKernels.Multiply<TVector>(inputGradient.Span, _slopes.Span);
            _block._shortcut?.Backward(OutputGradient, _shortcutGradient);
            Add(inputGradient, _block._shortcut is null ? OutputGradient : _shortcutGradient);
        }
    }
}
