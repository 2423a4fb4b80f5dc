using System.Runtime.InteropServices;
using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Networks.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Tests.Networks;

public sealed class VectorizedPerceptronTests : TorchTest
{
    [Theory]
    [InlineData(Activation.SiLU, 1, 5, 3, new[] { 7 })]
    [InlineData(Activation.SiLU, 7, 64, 10, new[] { 128, 128 })]
    [InlineData(Activation.SiLU, 33, 17, 40, new[] { 33, 48, 5 })]
    [InlineData(Activation.SiLU, 64, 100, 2, new[] { 256, 256 })]
    [InlineData(Activation.LeakyReLU, 65, 20, 8, new[] { 31, 16 })]
    [InlineData(Activation.LeakyReLU, 40, 6, 17, new int[0])]
    public void Gradients_are_those_of_libtorch(Activation activation, int rows, int features, int classes, int[] widths)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        var network = new MultilayerPerceptron(activation, widths);
        using Module<Tensor, Tensor> module = network.Create(features, classes, generator, CPU);
        VectorizedNetwork vectorized = VectorizedPerceptron.Create((PerceptronModule)module, VectorWidths.Available[0])!;
        for (int round = 0; round < 2; round++)
        {
            Tensor x = randn([rows, features], float32, CPU, generator: generator).mul(3);
            Tensor y = randint(classes, [rows], int64, CPU, generator: generator);
            vectorized.Refresh();
            Near.Equal(Doubles(InputGradient.OfLogSumExp(network, module, x)), Gradient(vectorized, x, []), 1e-5, 1e-4);
            Near.Equal(Doubles(InputGradient.OfClass(network, module, x, y)), Gradient(vectorized, x, y.data<long>().ToArray()), 1e-5, 1e-4);

            // The next round has other weights.
            using IDisposable noGradients = no_grad();
            foreach (Tensor parameter in module.parameters())
                parameter.uniform_(-0.3, 0.3, generator);
        }
    }

    [Fact]
    public void A_row_has_the_same_gradient_whatever_rows_come_with_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        var network = new MultilayerPerceptron(20, 20);
        using Module<Tensor, Tensor> module = network.Create(9, 4, generator, CPU);
        VectorizedNetwork vectorized = VectorizedPerceptron.Create((PerceptronModule)module, VectorWidths.Available[0])!;
        vectorized.Refresh();
        Tensor x = randn([50, 9], float32, CPU, generator: generator);
        float[] together = Near.Floats(Gradient(vectorized, x, []));
        for (int row = 0; row < 50; row += 7)
            Assert.Equal(together.AsSpan(row * 9, 9).ToArray(), Near.Floats(Gradient(vectorized, x[row..(row + 1)].clone(), [])));
    }

    [Fact]
    public void Logits_too_large_for_an_exponential_do_no_harm()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        var network = new MultilayerPerceptron(8);
        using Module<Tensor, Tensor> module = network.Create(3, 3, generator, CPU);
        VectorizedNetwork vectorized = VectorizedPerceptron.Create((PerceptronModule)module, VectorWidths.Available[0])!;
        vectorized.Refresh();
        Tensor x = randn([8, 3], float32, CPU, generator: generator).mul(1e4);
        Near.Equal(Doubles(InputGradient.OfLogSumExp(network, module, x)), Gradient(vectorized, x, []), 1e-4, 1e-4);
    }

    [Fact]
    public void A_network_of_many_weights_is_left_to_libtorch()
    {
        using var generator = new Generator(1);
        var network = new MultilayerPerceptron(1024, 1024);
        using Module<Tensor, Tensor> module = network.Create(100, 10, generator, CPU);
        Assert.Null(network.Vectorize(module));
    }

    private static Tensor Gradient(VectorizedNetwork network, Tensor x, ReadOnlySpan<long> y)
    {
        Tensor gradient = zeros_like(x);
        network.InputGradient(MemoryMarshal.Cast<byte, float>(x.bytes), y, MemoryMarshal.Cast<byte, float>(gradient.bytes));
        return gradient;
    }

    private static double[] Doubles(Tensor tensor) => Array.ConvertAll(Near.Floats(tensor), value => (double)value);
}
