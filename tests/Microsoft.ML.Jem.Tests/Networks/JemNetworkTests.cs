using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Networks;

public sealed class JemNetworkTests : TorchTest
{
    [Fact]
    public void First_weights_come_from_the_generator_alone()
    {
        float[] Weights(ulong seed, long globalSeed)
        {
            using Generator global = torch.random.manual_seed(globalSeed);
            using var generator = new Generator(seed);
            using nn.Module<Tensor, Tensor> module = new MultilayerPerceptron(8).Create(4, 3, generator, CPU);
            return [.. module.parameters().SelectMany(Near.Floats)];
        }

        Assert.Equal(Weights(1, 10), Weights(1, 20));
        Assert.NotEqual(Weights(1, 10), Weights(2, 10));
    }

    [Fact]
    public void First_weights_lie_within_the_root_of_six_over_fan_in_and_fill_that_range()
    {
        using var generator = new Generator(1);
        using nn.Module<Tensor, Tensor> module = new MultilayerPerceptron(400).Create(25, 3, generator, CPU);
        foreach ((string name, var parameter) in module.named_parameters())
        {
            double bound = name.EndsWith("bias") ? 0 : name.StartsWith("layers.0") ? Math.Sqrt(6.0 / 25) : 1 / 20.0;
            float[] values = Near.Floats(parameter);
            Assert.All(values, value => Assert.InRange(value, -bound, bound));
            if (bound > 0 && values.Length > 100)
            {
                Assert.InRange(values.Max(), 0.95 * bound, bound);
                Assert.InRange(values.Average(), -0.1 * bound, 0.1 * bound);
            }
        }
    }

    [Fact]
    public void Building_leaves_the_global_random_state_where_it_was()
    {
        using Generator global = torch.random.manual_seed(5);
        using Tensor expected = rand(4);
        using Generator again = torch.random.manual_seed(5);
        using var generator = new Generator(1);

        using nn.Module<Tensor, Tensor> module = new MultilayerPerceptron(8).Create(4, 3, generator, CPU);

        using Tensor actual = rand(4);
        Assert.Equal(Near.Floats(expected), Near.Floats(actual));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Networks_built_at_the_same_time_leave_the_global_random_state_where_it_was(bool own)
    {
        JemNetwork network = own ? new NormalisedNetwork(3) : new MultilayerPerceptron(64, 64);
        using Generator global = torch.random.manual_seed(5);
        using Tensor before = global.get_state();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var generator = new Generator(1);
                for (int i = 0; i < 100; i++)
                    network.Create(4, 3, generator, CPU).Dispose();
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        using Tensor after = global.get_state();
        Assert.Equal(before.bytes.ToArray(), after.bytes.ToArray());
    }

    [Fact]
    public void Draws_that_the_application_makes_meanwhile_are_kept()
    {
        using Generator global = torch.random.manual_seed(5);
        JemNetwork[] networks = [new MultilayerPerceptron(8), new WideResNet(10, 1, new ImageShape(1, 8, 8))];
        foreach (JemNetwork network in networks)
        {
            using Tensor before = global.get_state();
            network.Build(network.Image?.Size ?? 4, 3).Dispose();
            using Tensor after = global.get_state();
            Assert.Equal(before.bytes.ToArray(), after.bytes.ToArray());
        }
    }

    [Fact]
    public void Parameters_of_normalisation_layers_stay_as_built()
    {
        using var generator = new Generator(1);
        using nn.Module<Tensor, Tensor> module = new NormalisedNetwork(3).Create(4, 3, generator, CPU);
        Dictionary<string, float[]> values = module.named_parameters().ToDictionary(entry => entry.name, entry => Near.Floats(entry.parameter));
        Assert.All(values["1.weight"], value => Assert.Equal(1, value));
        Assert.All(values["1.bias"], value => Assert.Equal(0, value));
        Assert.Contains(values["0.bias"], value => value != 0);
    }

    [Fact]
    public void A_module_of_the_wrong_shape_is_named_with_what_was_expected()
    {
        using var generator = new Generator(1);
        var error = Assert.Throws<InvalidOperationException>(() => new NormalisedNetwork(5).Create(4, 3, generator, CPU));
        Assert.Contains("NormalisedNetwork.Build", error.Message);
        Assert.Contains("[2, 5]", error.Message);
        Assert.Contains("[2, 3]", error.Message);
    }

    private sealed class NormalisedNetwork(int outputs) : JemNetwork
    {
        public override nn.Module<Tensor, Tensor> Build(int featureCount, int classCount) =>
            nn.Sequential(nn.Linear(featureCount, 6), nn.LayerNorm(6), nn.Linear(6, outputs));

        public override string WriteTo(OnnxGraph graph, string input, nn.Module<Tensor, Tensor> module) => input;
    }
}
