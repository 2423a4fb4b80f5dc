using System.Runtime.CompilerServices;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Networks.Kernels;
using Microsoft.ML.Jem.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Networks;

/// <summary>An activation that is added to the enumeration and forgotten in one place is an error there, and not SiLU.</summary>
public sealed class UnknownActivationTests : TorchTest
{
    private const Activation Unknown = (Activation)99;

    [Fact]
    public void The_network_refuses_it() => Refused(() => new MultilayerPerceptron(Unknown, 8));

    [Fact]
    public void The_module_refuses_it()
    {
        using var module = new PerceptronModule(Unknown, [4, 8, 3]);
        using Tensor rows = zeros(2, 4);
        Refused(() => module.call(rows));
    }

    [Fact]
    public void The_written_gradient_refuses_it()
    {
        var network = new MultilayerPerceptron(Activation.SiLU, 8);
        using nn.Module<Tensor, Tensor> module = network.Create(4, 3, new Generator(1), CPU);
        ActivationOf(network) = Unknown;
        using Tensor rows = zeros(2, 4);
        Refused(() => network.InputGradient(module, rows, logits => logits.softmax(1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_graph_refuses_it(bool withDerivative)
    {
        var graph = new OnnxGraph("test", OnnxGraph.DefaultOpset);
        string input = graph.AddInput("z", OnnxType.Float, 4);
        Refused(() => PerceptronNodes.Activate(graph, Unknown, input, withDerivative));
    }

    [Fact]
    public void The_vector_kernels_refuse_it() => Refused(() => ColumnKernels.Activate<Floats1>(Unknown, new float[16], new float[16]));

    private static void Refused(Func<object> use)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(use);
        Assert.Contains("Expected SiLU or LeakyReLU", error.Message, StringComparison.Ordinal);
    }

    private static void Refused(Action use) => Refused(() =>
    {
        use();
        return new object();
    });

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<Activation>k__BackingField")]
    private static extern ref Activation ActivationOf(MultilayerPerceptron network);
}
