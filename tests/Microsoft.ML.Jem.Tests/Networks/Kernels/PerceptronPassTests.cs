using System.Runtime.InteropServices;
using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Networks.Kernels;
using Microsoft.ML.Jem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Networks.Kernels;

/// <summary>Passes of every width agree with libtorch.</summary>
public sealed class PerceptronPassTests : TorchTest
{
    private static readonly PiecewiseLinearEncoding Encoding = new([0, 0, 2], [-1, 0.2f, -0.3f], [0.8f, 0.5f, 2]);

    public static TheoryData<int, Activation, bool> Passes()
    {
        var data = new TheoryData<int, Activation, bool>();
        foreach (VectorWidth width in VectorWidths.Available)
        {
            data.Add((int)width, Activation.SiLU, false);
            data.Add((int)width, Activation.SiLU, true);
            data.Add((int)width, Activation.LeakyReLU, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Passes))]
    public void Logits_and_input_gradients_are_those_of_libtorch(int width, Activation activation, bool encoded)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        (MultilayerPerceptron network, PerceptronModule module) = Create(activation, encoded, generator);
        PerceptronPass pass = VectorizedPerceptron.Create(module, (VectorWidth)width)!.CreatePass();
        foreach (int rows in new[] { 1, 37, PerceptronPass.Capacity })
        {
            Tensor x = randn([rows, 5], float32, CPU, generator: generator).mul(2);
            Tensor y = randint(3, [rows], int64, CPU, generator: generator);
            var logits = new float[rows * 3];
            pass.Forward(Values<float>(x));
            pass.CopyLogits(logits);
            Near.Equal(Doubles(module.call(x)), tensor(logits), 1e-5, 1e-4);

            Tensor gradient = zeros_like(x);
            pass.StartFromLogits([]);
            pass.BackwardToInput(Values<float>(gradient));
            Near.Equal(Doubles(InputGradient.OfLogSumExp(network, module, x)), gradient, 1e-5, 1e-4);

            pass.Forward(Values<float>(x));
            pass.StartFromLogits(Values<long>(y));
            pass.BackwardToInput(Values<float>(gradient));
            Near.Equal(Doubles(InputGradient.OfClass(network, module, x, y)), gradient, 1e-5, 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Passes))]
    public void Losses_and_parameter_gradients_are_those_of_libtorch(int width, Activation activation, bool encoded)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(2);
        (_, PerceptronModule module) = Create(activation, encoded, generator);
        PerceptronPass pass = VectorizedPerceptron.Create(module, (VectorWidth)width)!.CreatePass();
        Tensor data = randn([150, 5], float32, CPU, generator: generator), labelled = randn([40, 5], float32, CPU, generator: generator);
        Tensor weights = rand([150], float32, CPU, generator: generator), labelledWeights = rand([40], float32, CPU, generator: generator);
        Tensor all = randint(3, [150], int64, CPU, generator: generator), few = randint(3, [40], int64, CPU, generator: generator);
        Tensor samples = randn([60, 5], float32, CPU, generator: generator), ofClass = randn([40, 5], float32, CPU, generator: generator);
        Tensor ofAll = randn([150, 5], float32, CPU, generator: generator);
        (ObjectiveBatch Batch, JemTrainingOptions Options)[] cases =
        [
            (new(data, null, data, all, null), new()),
            (new(data, null, data, all, null, samples), new()),
            (new(data, weights, data, all, weights, samples), new() { LabelSmoothing = 0.1, MarginalWeight = 0.7, ClassificationWeight = 0.5 }),
            (new(data, weights, labelled, few, labelledWeights, samples, ofClass), new() { JointWeight = 0.4 }),
            (new(data, weights, data, all, weights, null, ofAll), new() { JointWeight = 0.4, MarginalWeight = 0, EnergyPenalty = 0.3 }),
            (new(data, null, null, null, null, samples), new()),
        ];
        foreach ((ObjectiveBatch batch, JemTrainingOptions options) in cases)
        {
            var vectorized = new VectorizedObjective(pass, options);
            float[] terms = vectorized.Evaluate(batch);
            module.zero_grad();
            ObjectiveValue expected = new JemObjective(options).Evaluate(module, batch);
            expected.Total.backward();
            Assert.Equal(Near.Floats(expected.Terms).Select(float.IsNaN), terms.Select(float.IsNaN));
            Near.Equal(Doubles(expected.Terms.nan_to_num()), tensor(terms).nan_to_num(), 1e-5, 1e-4);
            foreach (((_, TorchSharp.Modules.Parameter parameter), ParameterGradient gradient) in module.named_parameters().Zip(vectorized.Gradients))
            {
                float[] own = [.. Enumerable.Range(0, (int)parameter.numel() / gradient.Row).SelectMany(row => gradient.Values.Span.Slice(row * gradient.Stride, gradient.Row).ToArray())];
                Near.Equal(Doubles(parameter.grad!), tensor(own), 1e-6, 1e-4);
            }
        }
    }

    [Fact]
    public void Widths_this_processor_has_end_with_one_that_every_processor_has() => Assert.Equal(VectorWidth.None, VectorWidths.Available[^1]);

    private static (MultilayerPerceptron Network, PerceptronModule Module) Create(Activation activation, bool encoded, Generator generator)
    {
        var network = new MultilayerPerceptron(new PerceptronSettings(activation, [33, 16], encoded ? Encoding : null));
        return (network, (PerceptronModule)network.Create(5, 3, generator, CPU));
    }

    private static Span<T> Values<T>(Tensor tensor)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    private static double[] Doubles(Tensor tensor) => Array.ConvertAll(Near.Floats(tensor), value => (double)value);
}
