using CsCheck;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Scoring;

namespace Microsoft.ML.Jem.Tests.ModelFile;

public class DoubtNodesTests
{
    [Fact]
    public void Scores_are_drawn_to_even_chances_by_the_share_of_the_unfamiliar_given_the_p_value()
    {
        const double share = 0.1;
        JemModelSettings settings = JemModels.Calibrated(3, 3, 1, -9, -8, -7, -1) with { UnfamiliarShare = (float)share };
        float[] features = [9.5f, 0, 0, 7.5f, 0, 0, 0, -1, -2];
        Rows rows = Rows.Of(JemGraph.Write(settings, [JemModels.Identity]), features);
        for (int row = 0; row < 3; row++)
        {
            double p = 1 - rows.OodScore[row];
            double weight = share / (share + p);
            double[] odds = [.. features[(3 * row)..(3 * row + 3)].Select(logit => Math.Exp(logit))];
            for (int k = 0; k < 3; k++)
                Assert.Equal(((1 - weight) * odds[k] / odds.Sum()) + (weight / 3), rows.Score[(3 * row) + k], 1e-5);
        }

        Assert.True(rows.OodScore[0] < rows.OodScore[1] && rows.OodScore[1] < rows.OodScore[2]);
    }

    [Fact]
    public void Without_a_share_scores_are_the_softmax()
    {
        JemModelSettings settings = JemModels.Calibrated(2, 2, 1);
        Rows rows = Rows.Of(JemGraph.Write(settings, [JemModels.Identity]), [-9, -12]);
        Assert.Equal(1 / (1 + Math.Exp(-3)), rows.Score[0], 1e-6);
        Assert.True(rows.OodScore[0] > 0.79f);
    }

    [Fact]
    public void The_predicted_label_keeps_the_highest_score_whatever_the_share()
    {
        Gen.Float[-40, 40].Array[4].Array[1, 16].Select(Gen.Float[0, 0.999f]).Sample(
            (rows, share) =>
            {
                JemModelSettings settings = JemModels.Calibrated(4, 4, 0.5f) with { UnfamiliarShare = share };
                using var scorer = new OnnxScorer(JemGraph.Write(settings, [JemModels.Identity]));
                Rows scored = Rows.Of(scorer, [.. rows.SelectMany(row => row)]);
                for (int row = 0; row < rows.Length; row++)
                {
                    float[] score = scored.Score[(4 * row)..(4 * row + 4)];
                    Assert.Equal(1, score.Sum(), 1e-5);
                    Assert.Equal(score.Max(), score[scored.PredictedLabel[row]]);
                }
            },
            iter: 200);
    }

    [Fact]
    public void The_share_is_read_back()
    {
        JemModelSettings settings = JemModels.Calibrated(2, 2) with { UnfamiliarShare = 0.25f };
        Assert.Equal(0.25f, JemGraphReader.Read(JemGraph.Write(settings, [JemModels.Identity])).Settings.UnfamiliarShare);
    }

    [Theory]
    [InlineData(-0.1f)]
    [InlineData(1f)]
    [InlineData(float.NaN)]
    public void A_share_outside_its_range_is_refused(float share)
    {
        JemModelSettings settings = JemModels.Calibrated(2, 2) with { UnfamiliarShare = share };
        Assert.Contains("share", Assert.Throws<ArgumentException>(() => JemGraph.Write(settings, [JemModels.Identity])).Message);
    }
}
