using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Tests.ModelFile;

namespace Microsoft.ML.Jem.Tests.Ood;

public sealed class ApproximateMassTests : TorchTest
{
    [Theory]
    [InlineData(Activation.SiLU)]
    [InlineData(Activation.LeakyReLU)]
    public void The_nodes_compute_the_norm_of_the_input_gradient(Activation activation)
    {
        using var fixture = new WitnessFixture(activation: activation);
        double[] expected = Array.ConvertAll(
            Near.Floats(InputGradient.OfLogSumExp(fixture.Network, fixture.Module, fixture.Rows)).Chunk(4).ToArray(),
            row => Math.Sqrt(row.Sum(value => (double)value * value)));

        double[] actual = fixture.Statistic(new ApproximateMass());

        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-4 * Math.Max(1e-2, Math.Abs(a)));
    }

    [Fact]
    public void A_network_without_its_gradient_is_refused()
    {
        JemModelSettings settings = JemModels.Plain(2, 2) with { Members = [new MemberSettings([new ApproximateMass()])] };
        Assert.Contains("ApproximateMass needs the network's input gradient", Assert.Throws<ArgumentException>(() => JemGraph.Write(settings, [JemModels.Identity])).Message);
    }
}
