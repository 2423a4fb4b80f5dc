using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Quality;

namespace Microsoft.ML.Jem.Tests;

/// <summary>What <c>OodScore</c> promises.</summary>
public sealed class OodScoreTests(OodScoreTests.Clouds clouds) : IClassFixture<OodScoreTests.Clouds>
{
    [Theory]
    [InlineData(0.9f)]
    [InlineData(0.95f)]
    [InlineData(0.99f)]
    public void At_most_the_promised_share_of_fresh_rows_is_flagged(float threshold)
    {
        Answer[] fresh = clouds.Model.Answer(clouds.Split.Test.Rows);

        // Both the calibration rows and the fresh ones are a sample.
        double promised = 1 - threshold, calibration = clouds.Split.Train.Rows.Length;
        double deviation = Math.Sqrt(promised * threshold * ((1 / calibration) + (1.0 / fresh.Length)));
        double flagged = fresh.Average(answer => answer.OodScore >= threshold ? 1.0 : 0);
        Assert.InRange(flagged, promised / 20, promised + (3 * deviation));
    }

    [Fact]
    public void Far_away_in_every_direction_rows_are_as_strange_as_can_be()
    {
        float[] centre = Centre(clouds.Split.Train.Rows);
        float[][] far = [.. Directions(centre.Length).SelectMany(direction => new[] { 100f, 1e4f, 1e12f }.Select(distance => Along(centre, direction, distance)))];
        float highest = clouds.Model.Answer(clouds.Split.Test.Rows).Max(answer => answer.OodScore);

        Assert.All(clouds.Model.Answer(far), answer => Assert.True(answer.OodScore >= Math.Max(highest, 0.99f), $"OodScore {answer.OodScore} far away, but {highest} in the data."));
    }

    [Fact]
    public void The_reference_density_calls_rows_the_stranger_the_farther_they_lie()
    {
        Split split = clouds.Split;
        using TrainedVariant model = Variant.Jem("reference", options =>
        {
            options.OodStatistic = OodStatistic.ReferenceDensity;
            (options.NumberOfEpochs, options.NumberOfMembers) = (1, 1);
        }).Fit(split, seed: 1);
        float[] centre = Centre(split.Train.Rows);
        float[] distances = [8, 10, 12, 15, 20];

        foreach (float[] direction in Directions(centre.Length))
        {
            float[] scores = [.. model.Answer([.. distances.Select(distance => Along(centre, direction, distance))]).Select(answer => answer.OodScore)];
            Assert.Equal(scores.Order(), scores);
            Assert.True(scores[^1] > 0.99, $"OodScore {scores[^1]} far away.");
        }
    }

    [Theory]
    [InlineData("6", 0.95)]
    [InlineData("1", 0.6)]
    public void A_class_in_the_tail_or_between_others_is_told_from_known_ones(string unseen, double required)
    {
        Split split = Split.Holding("grains", SyntheticSets.Grains(seed: 0, rowCount: 1400), [unseen], seed: 0);
        using TrainedVariant model = Variant.Jem("three", options => options.NumberOfMembers = 3).Fit(split, seed: 0);

        double area = Area(model.Answer(split.Novel), model.Answer(split.Test.Rows));
        Assert.True(area > required, $"AUROC {area:F3}");
    }

    private static double Area(Answer[] strange, Answer[] known) =>
        new RankedScores(Array.ConvertAll(strange, answer => (double)answer.OodScore), Array.ConvertAll(known, answer => (double)answer.OodScore)).AreaUnderRocCurve();

    /// <summary>Each axis, both ways, and some directions across.</summary>
    private static IEnumerable<float[]> Directions(int width)
    {
        var random = new Random(1);
        for (int j = 0; j < width; j++)
        {
            foreach (float sign in new[] { -1f, 1f })
                yield return [.. Enumerable.Range(0, width).Select(i => i == j ? sign : 0)];
        }

        for (int i = 0; i < 10; i++)
            yield return [.. Enumerable.Range(0, width).Select(_ => (float)random.Normal())];
    }

    private static float[] Centre(float[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(j => rows.Average(row => row[j]))];

    private static float[] Along(float[] centre, float[] direction, float distance) => [.. centre.Zip(direction, (from, way) => from + (distance * way))];

    /// <summary>A model of five overlapping clouds with defaults, and many fresh rows of the same clouds.</summary>
    public sealed class Clouds : IDisposable
    {
        internal Split Split { get; } = Split.Holding("clouds", SyntheticSets.Gaussians(seed: 3, rowCount: 8000, separation: 0.8), ["5"], seed: 0, mostTrain: 700, testShare: 0.8);

        internal TrainedVariant Model => field ??= Variant.Find("default").Fit(Split, seed: 1);

        public void Dispose() => Model.Dispose();
    }
}
