using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Robustness;
using Microsoft.ML.Jem.Tests.ModelFile;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Networks;

/// <summary>A perceptron with ramps beside its features is one and the same function wherever it is computed.</summary>
public sealed class EncodedPerceptronTests : TorchTest
{
    private static readonly PiecewiseLinearEncoding Encoding = new([0, 0, 2, 3], [-1, 0.2f, -0.3f, 0], [0.8f, 0.5f, 2, 40]);

    public static TheoryData<Activation, int[]> Networks => new()
    {
        { Activation.SiLU, [9, 7] },
        { Activation.LeakyReLU, [12] },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_input_gradient_written_out_is_that_of_autograd(Activation activation, int[] widths)
    {
        using DisposeScope scope = NewDisposeScope();
        (MultilayerPerceptron network, nn.Module<Tensor, Tensor> module) = Create(activation, widths);
        Tensor x = Rows(40);
        Tensor expected = InputGradient.OfLogSumExp(new AutogradNetwork(), module, x);
        Near.Equal(Doubles(expected), InputGradient.OfLogSumExp(network, module, x), 1e-5, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_graph_computes_the_logits_and_the_slope_of_the_module_in_every_operator_set(Activation activation, int[] widths)
    {
        using DisposeScope scope = NewDisposeScope();
        (MultilayerPerceptron network, nn.Module<Tensor, Tensor> module) = Create(activation, widths);
        Tensor x = Rows(40);
        byte[] file = Write(network, module);
        Near.Equal(Doubles(module.call(x)), Logits(file, x), 1e-5, 1e-4);
        Near.Equal(Doubles(InputGradient.OfLogSumExp(network, module, x).norm(dim: 1)), tensor(Scores(file, x).Statistics[0]), 1e-5, 1e-4);

        ModelProto model = ModelProto.Parser.ParseFrom(file);
        int own = (int)model.OpsetImport.Single().Version;
        for (int opset = OpsetConversion.Lowest; opset <= 21; opset++)
        {
            ModelProto other = model.Clone();
            other.Graph = OpsetConversion.Convert(model.Graph, own, opset);
            other.OpsetImport.Single().Version = opset;
            float[] logits = RawLogits(other, x);
            Assert.Equal(Near.Floats(Logits(file, x)), logits);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void An_adversary_sees_the_network_that_scores(Activation activation, int[] widths)
    {
        using DisposeScope scope = NewDisposeScope();
        (MultilayerPerceptron network, nn.Module<Tensor, Tensor> module) = Create(activation, widths);
        byte[] file = Write(network, module);
        using var graph = new TorchGraph(file, CPU);
        Tensor x = Rows(40), input = x.to(float64).requires_grad_();
        Tensor energy = graph.Run(input, JemNames.Energy);
        Near.Equal(Doubles(Energies.LogSumExp(module.call(x)).neg()), energy.to(float32), 1e-5, 1e-4);
        Near.Equal(Doubles(InputGradient.OfLogSumExp(network, module, x).neg()), autograd.grad([energy.sum()], [input])[0].to(float32), 1e-4, 1e-3);
    }

    [Fact]
    public void Members_share_one_encoding_in_the_graph()
    {
        using DisposeScope scope = NewDisposeScope();
        (MultilayerPerceptron network, nn.Module<Tensor, Tensor> first) = Create(Activation.SiLU, [8]);
        (_, nn.Module<Tensor, Tensor> second) = Create(Activation.SiLU, [8], seed: 2);
        JemModelSettings settings = Settings(network) with { Members = [.. Enumerable.Repeat(new MemberSettings([new ApproximateMass()], JemModels.Calibration(-1, 0)), 2)] };
        ModelProto one = ModelProto.Parser.ParseFrom(Write(network, first)), two = ModelProto.Parser.ParseFrom(JemGraph.Write(settings, [WriterOf(network, first), WriterOf(network, second)]));
        string[] Encoded(ModelProto model) => [.. model.Graph.Node.Where(node => node.Output.Any(IsOfEncoding) || node.Input.Any(input => input.EndsWith(".select", StringComparison.Ordinal))).Select(node => node.OpType).Order()];
        Assert.Contains("Clip", Encoded(one));
        Assert.Equal(Encoded(one), Encoded(two));
        Assert.Equal(one.Graph.Initializer.Select(tensor => tensor.Name).Where(IsOfEncoding), two.Graph.Initializer.Select(tensor => tensor.Name).Where(IsOfEncoding));
    }

    [Fact]
    public void A_network_is_built_again_as_its_file_describes_it()
    {
        var read = (MultilayerPerceptron)NetworkDescription.Read(NetworkDescription.ToMetadata(Network(Activation.SiLU, [8])), null);
        var settings = (PerceptronSettings)read.Settings!;
        Assert.Equal(Encoding.Feature, settings.Encoding!.Feature);
        Assert.Equal(Encoding.Offset, settings.Encoding.Offset);
        Assert.Equal(Encoding.Scale, settings.Encoding.Scale);
    }

    [Fact]
    public void A_ramp_is_zero_below_its_bin_one_above_and_linear_within()
    {
        using DisposeScope scope = NewDisposeScope();
        using var module = new PerceptronModule(Activation.SiLU, [1, 2, 2], new PiecewiseLinearEncoding([0], [-1], [0.5f]));
        Tensor encoded = module.Encode(tensor([-3f, -1, 0, 0.5f, 1, 3], 6, 1));
        Assert.Equal([-3, 0, -1, 0, 0, 0.5f, 0.5f, 0.75f, 1, 1, 3, 1], Near.Floats(encoded));
    }

    private static MultilayerPerceptron Network(Activation activation, int[] widths) => new(new PerceptronSettings(activation, widths, Encoding));

    private static (MultilayerPerceptron Network, nn.Module<Tensor, Tensor> Module) Create(Activation activation, int[] widths, int seed = 1)
    {
        using var generator = new Generator((ulong)seed);
        MultilayerPerceptron network = Network(activation, widths);
        return (network, network.Create(5, 3, generator, CPU));
    }

    private static Tensor Rows(int count)
    {
        using var generator = new Generator(3);
        return randn([count, 5], generator: generator);
    }

    private static JemModelSettings Settings(MultilayerPerceptron network) =>
        JemModels.Plain(5, 3) with { Members = [new MemberSettings([new ApproximateMass()])], Metadata = NetworkDescription.ToMetadata(network) };

    private static NetworkWriter WriterOf(MultilayerPerceptron network, nn.Module<Tensor, Tensor> module) =>
        (graph, input, withGradient) => network.WriteTo(graph, input, module, withGradient);

    private static byte[] Write(MultilayerPerceptron network, nn.Module<Tensor, Tensor> module) =>
        JemGraph.Write(Settings(network), [WriterOf(network, module)]);

    private static HeldOutScores Scores(byte[] file, Tensor x) => HeldOutScores.Of(file, new DenseFeatureMatrix(Near.Floats(x), (int)x.shape[0], 5));

    private static Tensor Logits(byte[] file, Tensor x) => tensor(Scores(file, x).Logits, x.shape[0], 3);

    private static float[] RawLogits(ModelProto model, Tensor x)
    {
        using var session = new OnnxRuntime.InferenceSession(Google.Protobuf.MessageExtensions.ToByteArray(model));
        using var options = new OnnxRuntime.RunOptions();
        using OnnxRuntime.OrtValue input = OnnxRuntime.OrtValue.CreateTensorValueFromMemory(Near.Floats(x), x.shape);
        using OnnxRuntime.IDisposableReadOnlyCollection<OnnxRuntime.OrtValue> outputs = session.Run(options, [session.InputNames[0]], [input], [JemNames.Logits]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static bool IsOfEncoding(string name) => name.StartsWith("network.encoding.", StringComparison.Ordinal);

    private static double[] Doubles(Tensor tensor) => Array.ConvertAll(Near.Floats(tensor), value => (double)value);

    /// <summary>A network that leaves gradients to autograd.</summary>
    private sealed class AutogradNetwork : JemNetwork
    {
        public override nn.Module<Tensor, Tensor> Build(int featureCount, int classCount) => nn.Linear(featureCount, classCount);

        public override string WriteTo(OnnxGraph graph, string input, nn.Module<Tensor, Tensor> module) => input;
    }
}
