using System.Runtime.InteropServices;
using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Networks.Kernels;
using Microsoft.ML.Jem.Tests.Fixtures;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Tests.Networks;

public sealed class VectorizedWideResNetTests : TorchTest
{
    /// <summary>The widths of vectors that this processor has, as numbers of values.</summary>
    public static TheoryData<int> Widths => new(VectorWidths.Available.Select(width => (int)width));

    public static TheoryData<int, int, int, int, int, int, bool> Networks()
    {
        var data = new TheoryData<int, int, int, int, int, int, bool>();
        foreach (VectorWidth vectors in VectorWidths.Available)
        {
            data.Add((int)vectors, 10, 1, 1, 28, 28, false);
            data.Add((int)vectors, 10, 2, 3, 9, 11, false);
            data.Add((int)vectors, 16, 1, 3, 8, 13, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_are_those_of_libtorch(int vectors, int depth, int widen, int channels, int height, int width, bool interleaved)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        var network = new WideResNet(depth, widen, new ImageShape(channels, height, width, interleaved ? PixelOrder.Interleaved : PixelOrder.Planar));
        using Module<Tensor, Tensor> module = network.Create(network.Image.Size, 5, generator, CPU);
        VectorizedNetwork vectorized = Vectorize(network, module, vectors);
        for (int round = 0; round < 2; round++)
        {
            Tensor x = randn([3, network.Image.Size], float32, CPU, generator: generator);
            Tensor y = randint(5, [3], int64, CPU, generator: generator);
            vectorized.Refresh();
            IsAlike(InputGradient.OfLogSumExp(network, module, x), Gradient(vectorized, x, []));
            IsAlike(InputGradient.OfClass(network, module, x, y), Gradient(vectorized, x, y.data<long>().ToArray()));

            // The next round has other weights.
            using IDisposable noGradients = no_grad();
            foreach (Tensor parameter in module.parameters())
                parameter.uniform_(-0.2, 0.2, generator);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Gradients_are_those_of_the_fixtures(int vectors)
    {
        foreach (string file in new[] { "wrn10_1_1x8x8.json", "wrn10_1_3x16x16.json" })
        {
            using var fixture = new WideResNetFixture(file);
            using DisposeScope scope = NewDisposeScope();
            VectorizedNetwork vectorized = Vectorize(fixture.Network, fixture.Module, vectors);
            vectorized.Refresh();
            Near.Equal(fixture.Json.GetProperty("grad_logsumexp").Doubles(), Gradient(vectorized, fixture.X, []), 2e-6, 1e-4);
            Near.Equal(fixture.Json.GetProperty("grad_logit_y").Doubles(), Gradient(vectorized, fixture.X, fixture.Y.data<long>().ToArray()), 2e-6, 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_gradient_does_not_depend_on_the_number_of_threads(int vectors)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        var network = new WideResNet(10, 1, new ImageShape(1, 10, 10, PixelOrder.Planar));
        using Module<Tensor, Tensor> module = network.Create(100, 3, generator, CPU);
        VectorizedNetwork vectorized = Vectorize(network, module, vectors);
        vectorized.Refresh();
        Tensor x = randn([9, 100], float32, CPU, generator: generator);
        Assert.Equal(Near.Floats(Gradient(vectorized, x, [], threads: 1)), Near.Floats(Gradient(vectorized, x, [], threads: 4)));
    }

    [Fact]
    public void A_network_of_many_weights_is_left_to_libtorch()
    {
        using var generator = new Generator(1);
        var network = new WideResNet(10, 4, new ImageShape(1, 8, 8, PixelOrder.Planar));
        using Module<Tensor, Tensor> module = network.Create(64, 3, generator, CPU);
        Assert.Null(network.Vectorize(module));
    }

    [Fact]
    public void Libtorch_is_used_where_there_are_no_vectors()
    {
        using var generator = new Generator(1);
        var network = new WideResNet(10, 1, new ImageShape(1, 8, 8, PixelOrder.Planar));
        using Module<Tensor, Tensor> module = network.Create(64, 3, generator, CPU);
        Assert.Equal(VectorWidths.Available[0] == VectorWidth.None, network.Vectorize(module) is null);
    }

    /// <summary>A value next to the bend of LeakyReLU may fall on either side of it; all others agree in five digits.</summary>
    private static void IsAlike(Tensor expected, Tensor actual)
    {
        float[] right = Near.Floats(expected), ours = Near.Floats(actual);
        Assert.InRange(right.Average(value => Math.Abs(value)), 1e-6, 10);
        double error = right.Zip(ours, (a, b) => Math.Abs(a - (double)b)).Average();
        Assert.InRange(error / right.Average(value => Math.Abs(value)), 0, 1e-4);
    }

    private static VectorizedNetwork Vectorize(WideResNet network, Module<Tensor, Tensor> module, int vectors) =>
        VectorizedWideResNet.Create(network.Image, (WideResNetModule)module, (VectorWidth)vectors)!;

    private static Tensor Gradient(VectorizedNetwork network, Tensor x, ReadOnlySpan<long> y, int? threads = null)
    {
        Tensor gradient = zeros_like(x);
        network.InputGradient(MemoryMarshal.Cast<byte, float>(x.bytes), y, MemoryMarshal.Cast<byte, float>(gradient.bytes), threads);
        return gradient;
    }
}
