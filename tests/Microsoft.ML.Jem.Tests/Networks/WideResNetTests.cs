using System.Text.Json;
using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Sampling;
using Microsoft.ML.Jem.Tests.Fixtures;
using Microsoft.ML.Jem.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Networks;

public sealed class WideResNetTests : TorchTest
{
    public static TheoryData<string> Files => ["wrn10_1_1x8x8.json", "wrn10_1_3x16x16.json"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Logits_energies_and_input_gradients_equal_the_reference(string file)
    {
        using var fixture = new WideResNetFixture(file);
        using DisposeScope scope = NewDisposeScope();
        JsonElement json = fixture.Json;

        Tensor logits = fixture.Module.call(fixture.X);

        Near.Equal(json.GetProperty("logits").Doubles(), logits, 5e-6, 1e-5);
        Near.Equal(json.GetProperty("energy").Doubles(), Energies.LogSumExp(logits).neg(), 5e-6, 1e-5);
        Near.Equal(json.GetProperty("softmax").Doubles(), logits.softmax(1), 5e-6, 1e-5);
        Near.Equal(json.GetProperty("grad_logsumexp").Doubles(), InputGradient.OfLogSumExp(fixture.Network, fixture.Module, fixture.X), 2e-6, 1e-4);
        Near.Equal(json.GetProperty("grad_logit_y").Doubles(), InputGradient.OfClass(fixture.Network, fixture.Module, fixture.X, fixture.Y), 2e-6, 1e-4);
        Near.Equal(json.GetProperty("approx_mass_score").Doubles(), InputGradient.OfLogSumExp(fixture.Network, fixture.Module, fixture.X).norm(dim: 1).neg(), 2e-6, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Langevin_chains_follow_the_reference(string file)
    {
        using var fixture = new WideResNetFixture(file);
        using var generator = new Generator(1);
        using DisposeScope scope = NewDisposeScope();
        JsonElement sgld = fixture.Json.GetProperty("sgld");
        var sampler = new LangevinSampler(fixture.Network, fixture.Module, new LangevinSettings(1, 1, sgld.GetProperty("std").GetDouble()), generator);
        void Follow(string trajectory, Tensor? y, double[][]? noise)
        {
            Tensor x = fixture.X;
            double[][] expected = fixture.Steps(sgld.GetProperty(trajectory));
            for (int step = 0; step < expected.Length; step++)
            {
                Tensor? given = noise is null ? null : tensor(Array.ConvertAll(noise[step], value => (float)value), x.shape);
                x = sampler.Step(x, y, given);
                Near.Equal(expected[step], x, 2e-5, 1e-4);
            }
        }

        Follow("traj_zero_noise", null, null);
        Follow("traj_class_cond_zero_noise", fixture.Y, null);
        Follow("traj_with_noise", null, fixture.Steps(sgld.GetProperty("noise")));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_three_losses_and_the_energy_penalty_equal_the_reference(string file)
    {
        using var fixture = new WideResNetFixture(file);
        using DisposeScope scope = NewDisposeScope();
        JsonElement loss = fixture.Json.GetProperty("loss");
        ObjectiveBatch batch = Batch(fixture);

        float[] terms = Near.Floats(Objective(0.5).Evaluate(fixture.Module, batch).Terms);

        string[] names = ["total_w_1_1_0.5", "l_p_y_given_x", "l_p_x", "l_p_x_y", "f_data_mean", "f_sample_mean"];
        double[] expected = Array.ConvertAll(names, name => loss.GetProperty(name).GetDouble());
        (expected[4], expected[5]) = (-expected[4], -expected[5]);
        Near.Equal(expected, terms, 5e-6, 1e-5);
        Tensor penalty = JemObjective.EnergyPenalty(
            Energies.LogSumExp(fixture.Module.call(batch.Data)), Energies.LogSumExp(fixture.Module.call(batch.Samples!)), null);
        Near.Equal([loss.GetProperty("l2_energy_mean(f_data^2)+mean(f_sample^2)").GetDouble()], penalty, 5e-6, 1e-5);
    }

    [Theory]
    [InlineData("wrn10_1_1x8x8.json", 0, "grads_w_1_1_0_sampled")]
    [InlineData("wrn10_1_1x8x8.json", 0.5, "grads_w_1_1_0.5_sampled")]
    [InlineData("wrn10_1_3x16x16.json", 0, "grads_w_1_1_0_sampled")]
    [InlineData("wrn10_1_3x16x16.json", 0.5, "grads_w_1_1_0.5_sampled")]
    public void Parameter_gradients_equal_the_reference(string file, double jointWeight, string gradients)
    {
        using var fixture = new WideResNetFixture(file);
        using DisposeScope scope = NewDisposeScope();

        Objective(jointWeight).Evaluate(fixture.Module, Batch(fixture)).Total.backward();

        foreach ((Parameter parameter, JsonElement expected) in Sampled(fixture, gradients))
        {
            float[] values = Near.Floats(parameter.grad!);
            Near.Equal(expected.GetProperty("value").Doubles(), Array.ConvertAll(expected.GetProperty("index").Ints(), i => values[i]), 5e-6, 1e-4);
            Near.Equal([expected.GetProperty("sum").GetDouble()], [(float)values.Sum(value => (double)value)], 1e-4, 1e-4);
        }
    }

    [Theory]
    [InlineData("wrn10_1_1x8x8.json", 1)]
    [InlineData("wrn10_1_1x8x8.json", 3)]
    [InlineData("wrn10_1_3x16x16.json", 1)]
    [InlineData("wrn10_1_3x16x16.json", 3)]
    public void Steps_of_Adam_equal_the_reference(string file, int steps)
    {
        using var fixture = new WideResNetFixture(file);
        using DisposeScope scope = NewDisposeScope();
        using var adam = new AdamOptimizer(fixture.Module.parameters(), weightDecay: 0);
        for (int step = 0; step < steps; step++)
        {
            adam.ZeroGradients();
            Objective(0).Evaluate(fixture.Module, Batch(fixture)).Total.backward();
            adam.Step(1e-3);
        }

        string name = steps == 1 ? "params_after_1_step_sampled" : "params_after_3_steps_same_batch_sampled";
        foreach (((Parameter parameter, JsonElement expected), (_, JsonElement gradient)) in Sampled(fixture, name).Zip(Sampled(fixture, "grads_w_1_1_0_sampled")))
        {
            float[] values = Near.Floats(parameter);
            int[] indices = expected.GetProperty("index").Ints();
            double[] gradients = gradient.GetProperty("value").Doubles();
            foreach ((double value, int i) in expected.GetProperty("value").Doubles().Select((value, i) => (value, i)))
                Assert.InRange(values[indices[i]] - value, -Allowed(gradients[i]), Allowed(gradients[i]));
        }

        double Allowed(double gradient) => Math.Abs(gradient) > 1e-6 ? 2e-6 : 2.1e-3 * steps;
    }

    [Theory]
    [InlineData(10, 1, 1, 8, 8, null)]
    [InlineData(10, 2, 3, 11, 9, PixelOrder.Planar)]
    [InlineData(16, 1, 3, 16, 12, PixelOrder.Interleaved)]
    public void The_graph_gives_the_logits_of_the_module(int depth, int widen, int channels, int height, int width, PixelOrder? order)
    {
        var network = new WideResNet(depth, widen, new ImageShape(channels, height, width, order));
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(2);
        using nn.Module<Tensor, Tensor> module = network.Create(network.Image.Size, 4, generator, CPU);
        Tensor x = randn([5, network.Image.Size], generator: generator);

        float[] scored = NetworkFile.Logits(NetworkFile.Write(network, module, network.Image.Size, 4), Near.Floats(x));

        Near.Equal(Near.Floats(module.call(x)), scored, 1e-4, 0);
    }

    [Fact]
    public void The_order_of_pixels_does_not_change_what_the_network_sees()
    {
        using DisposeScope scope = NewDisposeScope();
        var planar = new WideResNet(10, 1, new ImageShape(3, 9, 8, PixelOrder.Planar));
        JemNetwork interleaved = planar.WithImage(planar.Image with { Order = PixelOrder.Interleaved });
        using nn.Module<Tensor, Tensor> first = planar.Create(216, 3, new Generator(1), CPU);
        using nn.Module<Tensor, Tensor> second = interleaved.Create(216, 3, new Generator(1), CPU);
        Tensor images = randn([4, 3, 9, 8], generator: new Generator(2));

        float[] expected = Near.Floats(first.call(images.reshape(4, 216)));

        Near.Equal(expected, Near.Floats(second.call(images.permute(0, 2, 3, 1).reshape(4, 216))), 1e-6, 1e-6);
    }

    [Fact]
    public void A_gradient_keeps_the_order_of_the_pixels()
    {
        using DisposeScope scope = NewDisposeScope();
        var network = new WideResNet(10, 1, new ImageShape(2, 8, 8, PixelOrder.Interleaved));
        using nn.Module<Tensor, Tensor> module = network.Create(128, 3, new Generator(1), CPU);
        Tensor x = randn([1, 128], generator: new Generator(2));
        float[] gradient = Near.Floats(InputGradient.OfLogSumExp(network, module, x));
        Tensor moved = x.clone();
        moved[0, 77] += 0.01f;
        float difference = Energies.LogSumExp(module.call(moved)).item<float>() - Energies.LogSumExp(module.call(x)).item<float>();
        Assert.Equal(difference / 0.01, gradient[77], 0.2 * Math.Abs(gradient[77]));
    }

    [Theory]
    [InlineData(9, 1, 8, "6·n + 4")]
    [InlineData(12, 1, 8, "6·n + 4")]
    [InlineData(10, 0, 8, "1 to 64")]
    [InlineData(10, 1, 7, "at least 8 × 8")]
    public void Sizes_it_cannot_take_are_refused(int depth, int widen, int side, string expected)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new WideResNet(depth, widen, new ImageShape(1, side, 8)));
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Rows_of_another_size_are_refused_with_the_shape()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new WideResNet(10, 1, new ImageShape(3, 8, 8)).Build(64, 2));
        Assert.Contains("3 × 8 × 8", error.Message);
        Assert.Contains("192 values", error.Message);
        Assert.Contains("64 features", error.Message);
    }

    private static JemObjective Objective(double jointWeight) =>
        new(new JemTrainingOptions { MarginalWeight = 1, JointWeight = jointWeight, EnergyPenalty = 0 });

    private static ObjectiveBatch Batch(WideResNetFixture fixture)
    {
        JsonElement loss = fixture.Json.GetProperty("loss");
        return new ObjectiveBatch(
            fixture.Images(loss.GetProperty("x_data")), null,
            fixture.Images(loss.GetProperty("x_lab")), PerceptronFixture.Labels(loss.GetProperty("y_lab")), null,
            fixture.Images(loss.GetProperty("x_sample")), fixture.Images(loss.GetProperty("x_sample_lab")));
    }

    private static IEnumerable<(Parameter Parameter, JsonElement Expected)> Sampled(WideResNetFixture fixture, string name) =>
        fixture.Stored().Select(entry => entry.Parameter).Zip(fixture.Json.GetProperty("adam").GetProperty(name).EnumerateArray());
}
