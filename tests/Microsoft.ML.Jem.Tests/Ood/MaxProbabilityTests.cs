using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Tests.ModelFile;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Ood;

public sealed class MaxProbabilityTests : TorchTest
{
    [Fact]
    public void The_nodes_compute_the_logarithm_of_the_doubt()
    {
        using var fixture = new WitnessFixture();
        using IDisposable noGradients = no_grad();
        double[] expected = Array.ConvertAll(Near.Floats(fixture.Module.call(fixture.Rows)).Chunk(3).ToArray(), Doubt);

        double[] actual = fixture.Statistic(new MaxProbability());

        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-4 * Math.Max(1, Math.Abs(a)));
    }

    [Fact]
    public void It_is_finite_where_the_classifier_is_sure_and_highest_where_it_is_not()
    {
        JemModelSettings settings = JemModels.Plain(2, 2) with { Members = [new MemberSettings([new MaxProbability()])] };
        float[] statistic = HeldOutScores.Of(JemGraph.Write(settings, [JemModels.Identity]), new DenseFeatureMatrix([500, 0, 3, 0, 1, 1], 3, 2)).Statistics[0];
        Assert.Equal(Math.Log(1e-7), statistic[0], 0.5);
        Assert.Equal(Math.Log(0.5), statistic[2], 1e-4);
        Assert.Equal(statistic.Order(), statistic);
    }

    private static double Doubt(float[] logits)
    {
        double sum = logits.Sum(logit => Math.Exp(logit));
        return Math.Log(1 - (Math.Exp(logits.Max()) / sum));
    }
}
