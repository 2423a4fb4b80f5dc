using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Tests.ModelFile;

namespace Microsoft.ML.Jem.Tests.Fitting;

public sealed class HeldOutScoresTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(2500)]
    public void Rows_are_scored_in_batches_as_they_are_alone(int count)
    {
        JemModelSettings settings = JemModels.Plain(2, 2) with { Members = [new MemberSettings([new Jem.Ood.Energy(), new MaxProbability()])] };
        float[] features = [.. Enumerable.Range(0, 2 * count).Select(i => MathF.Sin(i))];

        HeldOutScores scores = HeldOutScores.Of(JemGraph.Write(settings, [JemModels.Identity]), new DenseFeatureMatrix(features, count, 2));

        Assert.Equal(features, scores.Logits);
        Assert.Equal(2, scores.Statistics.Length);
        for (int row = 0; row < count; row++)
        {
            double a = Math.Exp(features[2 * row]), b = Math.Exp(features[(2 * row) + 1]);
            Assert.Equal(-Math.Log(a + b), scores.Statistics[0][row], 1e-5);
            Assert.Equal(Math.Log(Math.Min(a, b) / (a + b)), scores.Statistics[1][row], 1e-4);
        }
    }
}
