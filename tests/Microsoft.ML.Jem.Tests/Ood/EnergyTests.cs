using Microsoft.ML.Jem.Energy;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Ood;

public sealed class EnergyTests : TorchTest
{
    [Fact]
    public void The_nodes_compute_minus_logsumexp()
    {
        using var fixture = new WitnessFixture();
        using IDisposable noGradients = no_grad();
        double[] expected = Array.ConvertAll(Near.Floats(Energies.LogSumExp(fixture.Module.call(fixture.Rows))), value => -(double)value);

        double[] actual = fixture.Statistic(new Jem.Ood.Energy());

        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-4 * Math.Max(1e-2, Math.Abs(a)));
    }

    [Fact]
    public void It_counts_twice() => Assert.Equal(2, new Jem.Ood.Energy().Weight);
}
