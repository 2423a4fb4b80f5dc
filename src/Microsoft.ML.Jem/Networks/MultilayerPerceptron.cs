using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Networks.Kernels;
using Microsoft.ML.Jem.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Networks;

/// <summary>Fully connected layers with an activation after each but the last: the network for tabular features.</summary>
public sealed class MultilayerPerceptron : JemNetwork
{
    /// <summary>Features with all entries of their encoding, at most.</summary>
    private const int MostEncodedInputs = 256;

    /// <summary>Units of both hidden layers where the user asks for no number, and where there are too few rows to fill so many.</summary>
    private const int DefaultWidth = 256, WidthForFewRows = 128;

    /// <summary>From how many rows on the wider layers pay.</summary>
    private const int ManyRows = 5000;

    /// <summary>Below how many rows five members are better than three: each row is held out by one of them.</summary>
    private const int FewRows = 300;

    private readonly int[] _hiddenWidths;
    private readonly bool _followsRows;
    private readonly PiecewiseLinearEncoding? _encoding;

    /// <summary>Two hidden layers of 256 with SiLU; of 128 when a trainer fits it to fewer than 5000 rows.</summary>
    public MultilayerPerceptron()
        : this(Activation.SiLU, DefaultWidth, DefaultWidth) => _followsRows = true;

    /// <summary>Hidden layers with SiLU.</summary>
    /// <param name="hiddenWidths">Units of each hidden layer, the first one next to the features; each at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width is below 1.</exception>
    public MultilayerPerceptron(params ReadOnlySpan<int> hiddenWidths)
        : this(Activation.SiLU, hiddenWidths)
    {
    }

    /// <summary>Hidden layers with an activation.</summary>
    /// <param name="activation">What follows each hidden layer.</param>
    /// <param name="hiddenWidths">Units of each hidden layer, the first one next to the features; each at least 1; none makes a linear model.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width is below 1, or the activation is not defined.</exception>
    public MultilayerPerceptron(Activation activation, params ReadOnlySpan<int> hiddenWidths)
    {
        if (!Enum.IsDefined(activation))
            throw Activations.Unknown(activation);
        foreach (int width in hiddenWidths)
            ArgumentOutOfRangeException.ThrowIfLessThan(width, 1, nameof(hiddenWidths));
        Activation = activation;
        _hiddenWidths = hiddenWidths.ToArray();
    }

    private MultilayerPerceptron(Activation activation, int[] hiddenWidths, PiecewiseLinearEncoding? encoding)
        : this(activation, hiddenWidths) => _encoding = encoding;

    /// <summary>As a model file tells.</summary>
    internal MultilayerPerceptron(PerceptronSettings settings)
        : this(settings.Activation, settings.HiddenWidths, settings.Encoding)
    {
    }

    /// <summary>What follows each hidden layer.</summary>
    public Activation Activation { get; }

    /// <summary>Units of each hidden layer; of a perceptron that was made without a number, those for many rows.</summary>
    public IReadOnlyList<int> HiddenWidths => _hiddenWidths;

    /// <inheritdoc/>
    internal override bool DrawsOnBuild => false;

    /// <inheritdoc/>
    internal override object Settings => new PerceptronSettings(Activation, _hiddenWidths, _encoding);

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> Build(int featureCount, int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(featureCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
        return new PerceptronModule(Activation, [featureCount, .. _hiddenWidths, classCount], _encoding);
    }

    /// <inheritdoc/>
    public override string WriteTo(OnnxGraph graph, string input, Module<Tensor, Tensor> module)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return WriteTo(graph, input, module, withGradient: false).Logits;
    }

    /// <inheritdoc/>
    internal override bool WritesGradient => true;

    /// <inheritdoc/>
    internal override int PreferredMembers(int rowCount) => rowCount < FewRows ? 5 : 3;

    /// <summary>One: chains that live on between updates lose nothing by it, and rows that are passed more often win (docs/decisions.md).</summary>
    internal override int PreferredSamplerSteps => 1;

    /// <summary>Two: a third less work, at the same held-out loss and nearly the same energies (docs/decisions.md).</summary>
    internal override int PreferredSampleInterval => 2;

    /// <inheritdoc/>
    internal override bool NamesHidden => _hiddenWidths.Length > 0;

    /// <inheritdoc/>
    internal override Tensor? Hidden(Module<Tensor, Tensor> module, Tensor x) =>
        NamesHidden && module is PerceptronModule perceptron ? perceptron.Hidden(x) : null;

    /// <summary>Hidden layers uniformly from ±√(6/fan_in) (He et al., ICCV 2015), the last from ±√(1/fan_in), biases 0.</summary>
    protected internal override void Initialize(Module<Tensor, Tensor> module, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Linear[] layers = Layers(module);
        for (int i = 0; i < layers.Length; i++)
        {
            double bound = Math.Sqrt((i < layers.Length - 1 ? 6.0 : 1.0) / layers[i].weight!.shape[1]);
            layers[i].weight!.uniform_(-bound, bound, generator);
            layers[i].bias!.zero_();
        }
    }

    /// <inheritdoc/>
    internal override NetworkValues WriteTo(OnnxGraph graph, string input, Module<Tensor, Tensor> module, bool withGradient)
    {
        Linear[] layers = Layers(module);
        var weights = new string[layers.Length];
        var derivatives = new string[layers.Length - 1];
        string value = _encoding is null ? input : EncodingNodes.Encode(graph, input, _encoding, FeatureCount(module));
        string? hidden = null;
        for (int i = 0; i < layers.Length; i++)
        {
            hidden = i == 0 ? null : value;
            weights[i] = AddParameter(graph, $"layers.{i}.weight", layers[i].weight!);
            string bias = AddParameter(graph, $"layers.{i}.bias", layers[i].bias!);
            value = graph.AddNode("Gemm", [value, weights[i], bias], OnnxAttribute.Int("transB", 1));
            if (i < derivatives.Length)
                (value, derivatives[i]) = PerceptronNodes.Activate(graph, Activation, value, withGradient);
        }

        if (!withGradient)
            return new NetworkValues(value, Hidden: hidden);

        // Back through the layers, from ∂ logsumexp/∂f = softmax f. Weights are stored [outputs, inputs], as this needs them.
        string gradient = graph.AddNode("Softmax", [value], OnnxAttribute.Int("axis", 1));
        for (int i = layers.Length - 1; i > 0; i--)
            gradient = graph.AddNode("Mul", [graph.AddNode("MatMul", [gradient, weights[i]]), derivatives[i - 1]]);
        gradient = graph.AddNode("MatMul", [gradient, weights[0]]);
        return new NetworkValues(value, _encoding is null ? gradient : EncodingNodes.Gradient(graph, gradient, input, _encoding, FeatureCount(module)), hidden);
    }

    /// <summary>
    /// The same gradient written out: forward keeps each activation's derivative, backward multiplies through. Without
    /// autograd's bookkeeping a step of a small network takes a fraction of the time, and the sampler lives on such steps.
    /// </summary>
    internal override Tensor InputGradient(Module<Tensor, Tensor> module, Tensor x, Func<Tensor, Tensor> logitGradient)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Linear[] layers = Layers(module);
        var derivatives = new Tensor[layers.Length - 1];
        var perceptron = (PerceptronModule)module;
        Tensor value = perceptron.Encode(x);
        for (int i = 0; i < derivatives.Length; i++)
            (value, derivatives[i]) = ActivateWithDerivative(functional.linear(value, layers[i].weight!, layers[i].bias!));

        Tensor gradient = logitGradient(functional.linear(value, layers[^1].weight!, layers[^1].bias!));
        for (int i = layers.Length - 1; i > 0; i--)
            gradient = gradient.matmul(layers[i].weight!).mul_(derivatives[i - 1]);
        return perceptron.EncodingGradient(x, gradient.matmul(layers[0].weight!)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    internal override JemNetwork FitTo(TrainingRows rows, Standardization standardization, bool encodes, int seed)
    {
        int entries = encodes && _hiddenWidths.Length > 0 ? MostEncodedInputs - rows.Features.Width : 0;
        int[] widths = _followsRows && rows.Count < ManyRows ? [WidthForFewRows, WidthForFewRows] : _hiddenWidths;
        return new MultilayerPerceptron(Activation, widths, entries > 0 ? PiecewiseLinearFit.Fit(rows, standardization, entries, seed) : null);
    }

    /// <inheritdoc/>
    internal override VectorizedNetwork? Vectorize(Module<Tensor, Tensor> module) =>
        module is PerceptronModule perceptron ? VectorizedPerceptron.Create(perceptron) : null;

    /// <inheritdoc/>
    internal override PerceptronPass? CreatePass(Module<Tensor, Tensor> module) =>
        module is PerceptronModule perceptron ? VectorizedPerceptron.Create(perceptron)?.CreatePass() : null;

    /// <inheritdoc/>
    internal override long WeightCount(int featureCount, int classCount)
    {
        int[] widths = [featureCount + (_encoding?.Count ?? 0), .. _hiddenWidths, classCount];
        return widths.Zip(widths.Skip(1), (from, to) => (long)from * to).Sum();
    }

    /// <inheritdoc/>
    internal override int? PreferredThreads(int featureCount, int classCount, int batchSize)
    {
        // Below some 64 million multiplications a forward pass, handing work to a second thread costs more than it saves.
        const long WorthSharing = 1L << 26;
        return WeightCount(featureCount, classCount) * batchSize < WorthSharing ? 1 : null;
    }

    private int FeatureCount(Module<Tensor, Tensor> module) => (int)Layers(module)[0].weight!.shape[1] - (_encoding?.Count ?? 0);

    private (Tensor Value, Tensor Derivative) ActivateWithDerivative(Tensor z)
    {
        if (Activation == Activation.LeakyReLU)
        {
            Tensor slope = z.relu().sign().ScaleInPlace(1 - PerceptronModule.NegativeSlope).Plus(PerceptronModule.NegativeSlope);
            return (z.mul_(slope), slope);
        }

        if (Activation != Activation.SiLU)
            throw Activations.Unknown(Activation);

        // a = z·σ(z), so a' = σ + z·σ·(1 − σ) = a + σ − a·σ.
        Tensor sigmoid = z.sigmoid();
        Tensor activated = z.mul_(sigmoid);
        Tensor derivative = activated.Plus(sigmoid).AddProductInPlace(activated, sigmoid, -1);
        return (activated, derivative);
    }

    private static Linear[] Layers(Module<Tensor, Tensor> module) => module is PerceptronModule perceptron
        ? perceptron.Layers
        : throw new ArgumentException($"Expected a module built by {nameof(MultilayerPerceptron)}, got {module.GetType().Name}.", nameof(module));
}
