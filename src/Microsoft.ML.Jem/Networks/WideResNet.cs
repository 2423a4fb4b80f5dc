using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Networks;

/// <summary>
/// The paper's network for images: a wide residual network (Zagoruyko and Komodakis, "Wide residual networks", BMVC 2016)
/// without normalisation, with LeakyReLU of slope 0.2 and the stride on the second convolution of a block.
/// </summary>
/// <remarks>
/// The mean is taken over all positions of the last feature map, where the paper's code averages windows of 8 × 8: for its
/// images of 32 × 32 that is the same. The paper trains depth 28, widen 10, with 36 million weights; on a CPU, depth 10 and
/// widen 1, with 80 thousand, is a place to start.
/// </remarks>
public sealed class WideResNet : JemNetwork
{
    private const int SmallestSide = 8;
    private const int RowsAtOnce = 256;

    /// <summary>A network for images of one shape.</summary>
    /// <param name="depth">Number of layers: 6·n + 4 for n blocks in each of the three groups, so 10, 16, 22, 28, …; at most 1000.</param>
    /// <param name="widen">By what the channels of the groups, 16, 32 and 64, are multiplied; 1 to 64.</param>
    /// <param name="image">The images' shape; height and width at least 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside its range.</exception>
    public WideResNet(int depth, int widen, ImageShape image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (depth is < 10 or > 1000 || (depth - 4) % 6 != 0)
            throw new ArgumentOutOfRangeException(nameof(depth), depth, "Expected 6·n + 4 layers: 10, 16, 22, 28, and so on.");
        if (widen is < 1 or > 64)
            throw new ArgumentOutOfRangeException(nameof(widen), widen, "Expected a factor from 1 to 64.");
        if (image.Height < SmallestSide || image.Width < SmallestSide)
            throw new ArgumentOutOfRangeException(nameof(image), image.ToString(), $"Expected images of at least {SmallestSide} × {SmallestSide} pixels. Resize them (ResizeImages).");
        (Depth, Widen, Image) = (depth, widen, image);
    }

    /// <summary>Number of layers.</summary>
    public int Depth { get; }

    /// <summary>By what the channels of the groups are multiplied.</summary>
    public int Widen { get; }

    /// <inheritdoc/>
    public override ImageShape Image { get; }

    /// <inheritdoc/>
    internal override bool DrawsOnBuild => false;

    /// <inheritdoc/>
    internal override object Settings => new WideResNetSettings(Depth, Widen);

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> Build(int featureCount, int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
        if (featureCount != Image.Size)
            throw new InvalidOperationException($"The network takes images of {Image} (channels × height × width), {Image.Size} values, but rows have {featureCount} features.");
        return new WideResNetModule(Image, (Depth - 4) / 6, Widen, classCount);
    }

    /// <inheritdoc/>
    public override string WriteTo(OnnxGraph graph, string input, Module<Tensor, Tensor> module)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return WriteTo(graph, input, module, withGradient: false).Logits;
    }

    /// <inheritdoc/>
    internal override bool NamesHidden => true;

    /// <inheritdoc/>
    internal override Tensor? Hidden(Module<Tensor, Tensor> module, Tensor x)
    {
        if (module is not WideResNetModule network)
            return null;

        // Feature maps are many times as large as their images: a few hundred at a time.
        using DisposeScope scope = NewDisposeScope();
        Tensor[] parts = [.. x.split(RowsAtOnce).Select(network.Hidden)];
        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    internal override NetworkValues WriteTo(OnnxGraph graph, string input, Module<Tensor, Tensor> module, bool withGradient)
    {
        if (module is not WideResNetModule network)
            throw new ArgumentException($"Expected a module built by {nameof(WideResNet)}, got {module?.GetType().Name}.", nameof(module));

        string value = WriteConvolution(graph, WriteImages(graph, input), network.Conv1, "conv1");
        foreach ((string name, WideBlock block) in network.Blocks)
        {
            string hidden = WriteConvolution(graph, WriteActivation(graph, value), block.Conv1, $"{name}.conv1");
            string output = WriteConvolution(graph, WriteActivation(graph, hidden), block.Conv2, $"{name}.conv2", block.Stride);
            string added = block.Shortcut is { } shortcut ? WriteConvolution(graph, value, shortcut, $"{name}.shortcut", block.Stride) : value;
            value = graph.AddNode("Add", [output, added]);
        }

        string mean = graph.AddNode("Flatten", [graph.AddNode("GlobalAveragePool", [WriteActivation(graph, value)])], OnnxAttribute.Int("axis", 1));
        string weight = AddParameter(graph, "output.weight", network.Output.weight!);
        string bias = AddParameter(graph, "output.bias", network.Output.bias!);
        return new NetworkValues(graph.AddNode("Gemm", [mean, weight, bias], OnnxAttribute.Int("transB", 1)), Hidden: mean);
    }

    /// <inheritdoc/>
    internal override JemNetwork WithImage(ImageShape image) => new WideResNet(Depth, Widen, image);

    /// <inheritdoc/>
    internal override VectorizedNetwork? Vectorize(Module<Tensor, Tensor> module) =>
        module is WideResNetModule network ? VectorizedWideResNet.Create(Image, network) : null;

    /// <inheritdoc/>
    internal override int? PreferredThreads(int featureCount, int classCount, int batchSize)
    {
        // Layers of a few million multiplications leave a second thread waiting; on a busy machine it costs many times what it saves.
        const long WorthSharing = 1L << 29;
        return MultiplicationsPerImage() * batchSize < WorthSharing ? 1 : null;
    }

    /// <summary>Multiplications of the convolutions in a forward pass, but for those at the edges.</summary>
    private long MultiplicationsPerImage()
    {
        const int KernelSize = 9;
        long pixels = (long)Image.Height * Image.Width;
        long blocks = (Depth - 4) / 6;
        long sum = KernelSize * pixels * Image.Channels * WideResNetModule.FirstChannels;
        for (int group = 0; group < 3; group++)
        {
            long channels = ((long)WideResNetModule.FirstChannels << group) * Widen;
            sum += 2 * blocks * KernelSize * channels * channels * (pixels >> (2 * group));
        }

        return sum;
    }

    private string WriteImages(OnnxGraph graph, string rows)
    {
        bool interleaved = Image.Order == PixelOrder.Interleaved;
        long[] shape = interleaved ? [-1, Image.Height, Image.Width, Image.Channels] : [-1, Image.Channels, Image.Height, Image.Width];
        string images = graph.AddNode("Reshape", [rows, graph.AddInitializer("network.image_shape", shape, shape.Length)]);
        return interleaved ? graph.AddNode("Transpose", [images], OnnxAttribute.Ints("perm", 0, 3, 1, 2)) : images;
    }

    private static string WriteActivation(OnnxGraph graph, string value) =>
        graph.AddNode("LeakyRelu", [value], OnnxAttribute.Float("alpha", (float)PerceptronModule.NegativeSlope));

    private static string WriteConvolution(OnnxGraph graph, string input, Conv2d convolution, string name, int stride = 1)
    {
        string weight = AddParameter(graph, $"{name}.weight", convolution.weight!);
        string bias = AddParameter(graph, $"{name}.bias", convolution.bias!);
        long padding = convolution.weight!.shape[^1] / 2;
        return graph.AddNode(
            "Conv",
            [input, weight, bias],
            OnnxAttribute.Ints("pads", padding, padding, padding, padding),
            OnnxAttribute.Ints("strides", stride, stride));
    }
}
