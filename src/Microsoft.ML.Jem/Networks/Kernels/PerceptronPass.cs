using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>
/// One thread's passes through a multilayer perceptron, forward and back, on the weights where the module has them. Matrices hold a
/// row per unit and a column per row of data, so that every product reads the weights as PyTorch lays them out.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
internal abstract class PerceptronPass
{
    /// <summary>Rows of data in one pass at most.</summary>
    public const int Capacity = 128;

    // One vector more than a power of two: rows that lie a power of two apart would share the same few lines of the cache.
    private protected const int Row = Capacity + 16;

    /// <summary>The gradients of all parameters: weight, bias, weight, …, from the first layer to the last.</summary>
    public abstract IReadOnlyList<ParameterGradient> Gradients { get; }

    /// <summary>Number of classes K.</summary>
    public abstract int ClassCount { get; }

    /// <summary>Prepares passes of a width, one of <see cref="VectorWidths.Available"/>.</summary>
    public static PerceptronPass Create(VectorWidth width, PerceptronModule module) => width switch
    {
        VectorWidth.Bits512 => new PerceptronPass<Floats16>(module),
        VectorWidth.Bits256 => new PerceptronPass<Floats8>(module),
        VectorWidth.Bits128 => new PerceptronPass<Floats4>(module),
        _ => new PerceptronPass<Floats1>(module),
    };

    /// <summary>From features [n, d], n at most <see cref="Capacity"/>, to logits.</summary>
    public abstract void Forward(ReadOnlySpan<float> rows);

    /// <summary>The logits of the last forward pass, [n, K] row by row.</summary>
    public abstract void CopyLogits(Span<float> logits);

    /// <summary>Reads the logits, and replaces them by their softmax.</summary>
    /// <param name="y">The class per row; −1 for none.</param>
    /// <param name="logSumExp">Receives logsumexp f(x) per row.</param>
    /// <param name="logitOfClass">Receives f(x)[y] per row; 0 for no class.</param>
    /// <param name="meanLogit">Receives the mean of f(x) over classes per row.</param>
    public abstract void ReadLogits(ReadOnlySpan<int> y, Span<float> logSumExp, Span<float> logitOfClass, Span<float> meanLogit);

    /// <summary>Sets the gradient at the logits: a multiple of the softmax, which <see cref="ReadLogits"/> has left, of 1 at the class, and of 1.</summary>
    /// <param name="softmax">The factor of the softmax per row.</param>
    /// <param name="y">The class per row; −1 for none.</param>
    /// <param name="ofClass">What is added at the class, per row.</param>
    /// <param name="uniform">What is added at every class, per row; empty for nothing.</param>
    public abstract void StartFrom(ReadOnlySpan<float> softmax, ReadOnlySpan<int> y, ReadOnlySpan<float> ofClass, ReadOnlySpan<float> uniform);

    /// <summary>Sets the gradient at the logits to that of logsumexp f(x), the softmax, or of f(x)[y], 1 at the class.</summary>
    /// <param name="y">The class per row; empty for logsumexp.</param>
    public abstract void StartFromLogits(ReadOnlySpan<long> y);

    /// <summary>The gradient with respect to the features, [n, d], from the gradient at the logits.</summary>
    public abstract void BackwardToInput(Span<float> gradient);

    /// <summary>Adds the gradient with respect to weights and biases to <see cref="Gradients"/>, from the gradient at the logits.</summary>
    public abstract void BackwardToParameters();
}

/// <summary>The gradient of a parameter, row by row.</summary>
/// <param name="Values">Rows of <paramref name="Stride"/> values.</param>
/// <param name="Row">Values of a row that count.</param>
/// <param name="Stride">Values from one row to the next.</param>
internal sealed record ParameterGradient(AlignedFloats Values, int Row, int Stride);

/// <summary><see cref="PerceptronPass"/> for one width of vectors.</summary>
internal sealed class PerceptronPass<TVector> : PerceptronPass
    where TVector : struct, IVector<TVector>
{
    private readonly Activation _activation;
    private readonly Layer[] _layers;
    private readonly PiecewiseLinearEncoding? _encoding;
    private readonly int _width;
    private readonly AlignedFloats _input;
    private readonly AlignedFloats _inputGradient;
    private readonly AlignedFloats _transposed;
    private readonly float[] _zeros;
    private readonly float[] _columns = new float[Capacity];
    private int _rows;

    public PerceptronPass(PerceptronModule module)
    {
        (_activation, _encoding) = (module.Activation, module.Encoding);
        _layers = [.. module.Layers.Select((layer, i) => new Layer(layer, isLast: i == module.Layers.Length - 1))];
        _width = _layers[0].Inputs - (_encoding?.Count ?? 0);
        _input = new AlignedFloats(_layers[0].Inputs * Row);
        _inputGradient = new AlignedFloats(_layers[0].Inputs * Row);
        _transposed = new AlignedFloats(Capacity * _layers.Max(layer => TransposedRow(layer.Inputs)));
        _zeros = new float[_layers.Max(layer => layer.Inputs)];
        Gradients = [.. _layers.SelectMany(layer => new[] { layer.WeightGradient, layer.BiasGradient })];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterGradient> Gradients { get; }

    /// <inheritdoc/>
    public override int ClassCount => _layers[^1].Outputs;

    private int Columns => Padded(_rows);

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<float> rows)
    {
        _rows = rows.Length / _width;
        for (int j = 0; j < _width; j++)
            _input.Span[((j * Row) + _rows)..((j * Row) + Columns)].Clear();
        Transposition.Transpose(rows, _width, _input.Span, Row, _rows, _width);
        if (_encoding is not null)
            EncodingKernels.Encode<TVector>(_encoding, _input.Span, Row, Columns);
        ReadOnlySpan<float> input = _input.Span;
        foreach (Layer layer in _layers)
        {
            MatrixProduct.Compute<TVector>(
                new(layer.Weight, layer.Inputs, 1), new(input, Row), layer.Bias, new(layer.Values.Span, Row), layer.Outputs, layer.Inputs, Columns);
            if (layer.Slopes is { } slopes)
            {
                for (int unit = 0; unit < layer.Outputs; unit++)
                    ColumnKernels.Activate<TVector>(_activation, layer.Values.Span.Slice(unit * Row, Columns), slopes.Span.Slice(unit * Row, Columns));
            }

            input = layer.Values.Span;
        }
    }

    /// <inheritdoc/>
    public override void CopyLogits(Span<float> logits)
    {
        Layer last = _layers[^1];
        Transposition.Transpose(last.Values.Span, Row, logits, last.Outputs, last.Outputs, _rows);
    }

    /// <inheritdoc/>
    public override void ReadLogits(ReadOnlySpan<int> y, Span<float> logSumExp, Span<float> logitOfClass, Span<float> meanLogit)
    {
        Span<float> logits = _layers[^1].Values.Span;
        int classes = _layers[^1].Outputs;
        for (int row = 0; row < _rows; row++)
        {
            logitOfClass[row] = y[row] < 0 ? 0 : logits[(y[row] * Row) + row];
            float sum = 0;
            for (int k = 0; k < classes; k++)
                sum += logits[(k * Row) + row];
            meanLogit[row] = sum / classes;
        }

        ColumnKernels.Softmax<TVector>(logits, Row, classes, _columns.AsSpan(0, Columns));
        _columns.AsSpan(0, _rows).CopyTo(logSumExp);
    }

    /// <inheritdoc/>
    public override void StartFrom(ReadOnlySpan<float> softmax, ReadOnlySpan<int> y, ReadOnlySpan<float> ofClass, ReadOnlySpan<float> uniform)
    {
        // Columns without a row of data have no gradient.
        Array.Clear(_columns);
        softmax[.._rows].CopyTo(_columns);
        Span<float> gradient = _layers[^1].Values.Span;
        for (int k = 0; k < _layers[^1].Outputs; k++)
        {
            ColumnKernels.Multiply<TVector>(gradient.Slice(k * Row, Columns), _columns);
            for (int row = 0; row < uniform.Length; row++)
                gradient[(k * Row) + row] += uniform[row];
        }

        for (int row = 0; row < _rows; row++)
        {
            if (y[row] >= 0)
                gradient[(y[row] * Row) + row] += ofClass[row];
        }
    }

    /// <inheritdoc/>
    public override void StartFromLogits(ReadOnlySpan<long> y)
    {
        Span<float> logits = _layers[^1].Values.Span;
        if (y.IsEmpty)
        {
            ColumnKernels.Softmax<TVector>(logits, Row, _layers[^1].Outputs, _columns.AsSpan(0, Columns));
            return;
        }

        logits.Clear();
        for (int row = 0; row < y.Length; row++)
            logits[((int)y[row] * Row) + row] = 1;
    }

    /// <inheritdoc/>
    public override void BackwardToInput(Span<float> gradient)
    {
        for (int i = _layers.Length - 1; i > 0; i--)
            Backward(i);
        BackwardThrough(_layers[0], _inputGradient);
        if (_encoding is not null)
            EncodingKernels.AddGradient<TVector>(_encoding, _input.Span, _inputGradient.Span, Row, Columns);
        Transposition.Transpose(_inputGradient.Span, Row, gradient, _width, _width, _rows);
    }

    /// <inheritdoc/>
    public override void BackwardToParameters()
    {
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            Layer layer = _layers[i];
            int transposedRow = TransposedRow(layer.Inputs);
            ReadOnlySpan<float> input = i > 0 ? _layers[i - 1].Values.Span : _input.Span;
            Transposition.Transpose(input, Row, _transposed.Span, transposedRow, layer.Inputs, _rows);
            MatrixProduct.Compute<TVector>(
                new(layer.Values.Span, Row, 1), new(_transposed.Span, transposedRow), [], new(layer.WeightGradient.Values.Span, layer.WeightGradient.Stride),
                layer.Outputs, _rows, layer.WeightGradient.Stride);
            ColumnKernels.AddRowSums<TVector>(layer.Values.Span, Row, Columns, layer.BiasGradient.Values.Span);
            if (i > 0)
                Backward(i);
        }
    }

    private static int Padded(int columns) =>
        (columns + MatrixProduct.ColumnsAtOnce<TVector>() - 1) / MatrixProduct.ColumnsAtOnce<TVector>() * MatrixProduct.ColumnsAtOnce<TVector>();

    private static int TransposedRow(int inputs) => Padded(inputs) + 16;

    /// <summary>From the gradient at a layer's output to that at the output of the layer before, in place of that layer's values.</summary>
    private void Backward(int i)
    {
        Layer before = _layers[i - 1];
        BackwardThrough(_layers[i], before.Values);
        for (int unit = 0; unit < before.Outputs; unit++)
            ColumnKernels.Multiply<TVector>(before.Values.Span.Slice(unit * Row, Columns), before.Slopes!.Span[(unit * Row)..]);
    }

    private void BackwardThrough(Layer layer, AlignedFloats target) => MatrixProduct.Compute<TVector>(
        new(layer.Weight, 1, layer.Inputs), new(layer.Values.Span, Row), _zeros, new(target.Span, Row), layer.Inputs, layer.Outputs, Columns);

    /// <summary>A linear layer, what leaves it, and the gradients of its parameters.</summary>
    private sealed class Layer
    {
        private readonly TensorFloats _weight;
        private readonly TensorFloats _bias;

        public Layer(Linear layer, bool isLast)
        {
            (_weight, _bias) = (Memory(layer.weight!), Memory(layer.bias!));
            (Outputs, Inputs) = ((int)layer.weight!.shape[0], (int)layer.weight.shape[1]);
            Values = new AlignedFloats(Outputs * Row);
            Slopes = isLast ? null : new AlignedFloats(Outputs * Row);
            WeightGradient = new ParameterGradient(new AlignedFloats(Outputs * Padded(Inputs)), Inputs, Padded(Inputs));
            BiasGradient = new ParameterGradient(new AlignedFloats(Outputs), Outputs, Outputs);
        }

        public int Inputs { get; }

        public int Outputs { get; }

        public ReadOnlySpan<float> Weight => _weight.Span;

        public ReadOnlySpan<float> Bias => _bias.Span;

        public AlignedFloats Values { get; }

        /// <summary>The activation's derivatives; null for the logits.</summary>
        public AlignedFloats? Slopes { get; }

        public ParameterGradient WeightGradient { get; }

        public ParameterGradient BiasGradient { get; }

        private static TensorFloats Memory(Tensor parameter) =>
            TensorFloats.Of(parameter) ?? throw new ArgumentException("Expected parameters in order in the processor's memory.", nameof(parameter));
    }
}
