using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Networks;

/// <summary>
/// A classifier f(x) whose logits a joint energy model is made of. Derive from it to bring a network of your own: define how it
/// is built and how it is written to ONNX, which is what runs at every prediction.
/// </summary>
/// <remarks>
/// Prefer smooth activations (SiLU) and no batch normalisation: the Langevin sampler follows ∂f/∂x, and a row's energy must
/// not depend on the rows beside it.
/// </remarks>
public abstract class JemNetwork
{
    /// <summary>
    /// The shape of the images the network takes; null, the default, for rows of unrelated features. With a shape, image columns
    /// can be read, all pixels share one offset and scale, and training may crop and flip (<see cref="Training.ImageAugmentation"/>).
    /// </summary>
    public virtual ImageShape? Image => null;

    /// <summary>Builds the module for a data set.</summary>
    /// <param name="featureCount">Features a row, d.</param>
    /// <param name="classCount">Number of classes, K; at least 2.</param>
    /// <returns>A module from features [n, d] to logits [n, K], both float32, on the CPU. The caller disposes it.</returns>
    /// <remarks>
    /// <see cref="Initialize"/> sets the first weights afterwards; those of the library's own networks are 0 until then. TorchSharp's layers
    /// draw from PyTorch's global generator when they are made. Training puts that generator back where it was.
    /// </remarks>
    public abstract Module<Tensor, Tensor> Build(int featureCount, int classCount);

    /// <summary>Whether <see cref="Build"/> may draw from PyTorch's global generator, as TorchSharp's layers do when they are made.</summary>
    internal virtual bool DrawsOnBuild => true;

    /// <summary>Writes the module's computation to an ONNX graph.</summary>
    /// <param name="graph">Receives nodes and initializers.</param>
    /// <param name="input">The name of a float tensor [n, d] in the graph.</param>
    /// <param name="module">A module this network has built, on any device.</param>
    /// <returns>The name of the logits, a float tensor [n, K].</returns>
    /// <remarks>
    /// Name the initializer of each parameter as <see cref="InitializerName"/> does, so that weights can be read back from
    /// the file.
    /// </remarks>
    public abstract string WriteTo(OnnxGraph graph, string input, Module<Tensor, Tensor> module);

    /// <summary>Writes the module, and ∂ logsumexp f(x)/∂x beside its logits where the network knows how and it is wanted.</summary>
    internal virtual NetworkValues WriteTo(OnnxGraph graph, string input, Module<Tensor, Tensor> module, bool withGradient) =>
        new(WriteTo(graph, input, module));

    /// <summary>Whether <see cref="WriteTo(OnnxGraph, string, Module{Tensor, Tensor}, bool)"/> can write the gradient.</summary>
    internal virtual bool WritesGradient => false;

    /// <summary>The last hidden layer of rows x, [n, h]; null where the network does not name it.</summary>
    internal virtual Tensor? Hidden(Module<Tensor, Tensor> module, Tensor x) => null;

    /// <summary>Whether the network names its last hidden layer.</summary>
    internal virtual bool NamesHidden => false;

    /// <summary>The name in the graph of the parameter that the module calls <paramref name="parameter"/>.</summary>
    public static string InitializerName(string parameter) => "network." + parameter;

    /// <summary>Writes a parameter to an ONNX graph under the name of <see cref="InitializerName"/>.</summary>
    /// <param name="graph">Receives the initializer.</param>
    /// <param name="name">What the module calls the parameter, such as <c>layers.0.weight</c>.</param>
    /// <param name="parameter">Its values, float32, on any device.</param>
    /// <returns>The initializer's name.</returns>
    protected static string AddParameter(OnnxGraph graph, string name, Tensor parameter)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(parameter);
        using Tensor detached = parameter.detach();
        using Tensor host = detached.cpu();
        Tensor values = host.contiguous().DetachFromDisposeScope();
        return graph.AddInitializer(InitializerName(name), new TensorBytes(values), parameter.shape);
    }

    /// <summary>
    /// Gives a new module its first weights. They come from <paramref name="generator"/> alone, so that a seed determines
    /// the model.
    /// </summary>
    /// <param name="module">A module that <see cref="Build"/> has just made, on the device of the generator.</param>
    /// <param name="generator">The source of randomness.</param>
    /// <remarks>
    /// As PyTorch does for linear and convolutional layers: weights of two or more dimensions, and the bias beside each, are
    /// drawn uniformly from ±1/√fan_in. Other parameters (those of normalisation layers) stay as built.
    /// </remarks>
    protected internal virtual void Initialize(Module<Tensor, Tensor> module, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(module);
        using IDisposable noGradients = no_grad();
        Dictionary<string, Parameter> parameters = module.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach ((string name, Parameter parameter) in parameters)
        {
            Tensor? weight = parameter.dim() >= 2 ? parameter : parameters.GetValueOrDefault(WeightBeside(name));
            if (weight is null || weight.dim() < 2)
                continue;
            double bound = 1 / Math.Sqrt((double)weight.numel() / weight.shape[0]);
            parameter.uniform_(-bound, bound, generator);
        }
    }

    /// <summary>
    /// ∂(v·f(x))/∂x where v = <paramref name="logitGradient"/>(f(x)) is held fixed: with v = softmax f(x) the gradient of
    /// logsumexp f(x), with v one-hot that of one logit.
    /// </summary>
    /// <param name="module">A module this network has built.</param>
    /// <param name="x">Features [n, d]; left as they are.</param>
    /// <param name="logitGradient">From logits [n, K] to v [n, K].</param>
    /// <returns>The gradient [n, d], detached, a new tensor.</returns>
    internal virtual Tensor InputGradient(Module<Tensor, Tensor> module, Tensor x, Func<Tensor, Tensor> logitGradient)
    {
        using IDisposable gradients = enable_grad();
        using Tensor input = x.detach().requires_grad_();
        using Tensor logits = module.call(input);
        using Tensor fixedLogits = logits.detach();
        using Tensor direction = logitGradient(fixedLogits);
        return autograd.grad([logits], [input], [direction])[0];
    }

    /// <summary>What computes a whole training step of this module faster than libtorch, for one thread; null where there is nothing better.</summary>
    internal virtual Kernels.PerceptronPass? CreatePass(Module<Tensor, Tensor> module) => null;

    /// <summary>What computes this module's input gradients faster than <see cref="InputGradient"/>; null where there is nothing better.</summary>
    internal virtual VectorizedNetwork? Vectorize(Module<Tensor, Tensor> module) => null;

    /// <summary>
    /// A record from which the network can be built again, kept in model files; null for a user's own, which the user hands in.
    /// </summary>
    internal virtual object? Settings => null;

    /// <summary>This network for images whose pixels lie as <paramref name="image"/> says.</summary>
    /// <exception cref="InvalidOperationException">The network is the user's own and takes another order.</exception>
    internal virtual JemNetwork WithImage(ImageShape image) => (Image?.Order ?? PixelOrder.Planar) == image.Order
        ? this
        : throw new InvalidOperationException($"The pixels of the feature column are {image.Order}, but {GetType().Name} takes {Image?.Order ?? PixelOrder.Planar} ones. Choose the other order in ExtractPixels (interleavePixelColors).");

    /// <summary>
    /// About how many weights the network has, which decides how many members fit into memory at a time; 0 where they do not grow with
    /// the features, or where that is not known.
    /// </summary>
    internal virtual long WeightCount(int featureCount, int classCount) => 0;

    /// <summary>This network as it suits the rows, with what it learns about single features before training; itself where nothing depends on them.</summary>
    /// <param name="rows">All training rows.</param>
    /// <param name="standardization">What is done to their features first.</param>
    /// <param name="encodes">Whether it may encode features (<see cref="Training.JemTrainingOptions.EncodeFeatures"/>).</param>
    /// <param name="seed">Determines what is drawn at random.</param>
    internal virtual JemNetwork FitTo(TrainingRows rows, Standardization standardization, bool encodes, int seed) => this;

    /// <summary>The number of CPU threads that trains this network fastest; null for libtorch's own choice.</summary>
    internal virtual int? PreferredThreads(int featureCount, int classCount, int batchSize) => null;

    /// <summary>How many of this network are trained and averaged, on that many rows, where the user does not say.</summary>
    internal virtual int PreferredMembers(int rowCount) => 1;

    /// <summary>Langevin steps per update where the user does not say.</summary>
    internal virtual int PreferredSamplerSteps => 5;

    /// <summary>Updates from one with samples to the next where the user asks for no number.</summary>
    internal virtual int PreferredSampleInterval => 1;

    /// <summary>Builds a module on <paramref name="device"/> with first weights from <paramref name="generator"/>.</summary>
    /// <exception cref="InvalidOperationException">The module does not map [n, d] to [n, K].</exception>
    internal Module<Tensor, Tensor> Create(int featureCount, int classCount, Generator generator, Device device)
    {
        Module<Tensor, Tensor> module = DrawsOnBuild
            ? GlobalRandomState.Keep(() => Build(featureCount, classCount))
            : Build(featureCount, classCount);
        try
        {
            module.to(device);
            Initialize(module, generator);
            module.eval();
            CheckLogits(module, featureCount, classCount, device);
            return module;
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    private void CheckLogits(Module<Tensor, Tensor> module, int featureCount, int classCount, Device device)
    {
        using IDisposable noGradients = no_grad();
        using Tensor probe = zeros(2, featureCount, device: device);
        using Tensor logits = module.call(probe);
        if (logits.shape is [2, var width] && width == classCount && logits.dtype == ScalarType.Float32)
            return;
        throw new InvalidOperationException(
            $"{GetType().Name}.Build: the module maps features Float32 [2, {featureCount}] to {logits.dtype} [{string.Join(", ", logits.shape)}]: expected logits Float32 [2, {classCount}].");
    }

    private static string WeightBeside(string name) =>
        name.EndsWith("bias", StringComparison.Ordinal) ? string.Concat(name.AsSpan(0, name.Length - 4), "weight") : "";
}
