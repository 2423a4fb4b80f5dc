using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Tests.Features;

public sealed class PiecewiseLinearFitTests
{
    [Fact]
    public void Ramps_stand_where_classes_change()
    {
        PiecewiseLinearEncoding encoding = Fit(Steps(2000), seed: 1)!;
        float[] centres = [.. Enumerable.Range(0, encoding.Count).Where(e => encoding.Feature[e] == 0).Select(e => encoding.Offset[e] + (0.5f / encoding.Scale[e]))];
        Assert.Contains(centres, centre => Math.Abs(centre - Standardized(0.3f)) < 0.1);
        Assert.Contains(centres, centre => Math.Abs(centre - Standardized(0.6f)) < 0.1);
        Assert.All(encoding.Scale, scale => Assert.InRange(scale, 0, 101));

        static float Standardized(float value) => (float)((value - 0.5) * Math.Sqrt(12));
    }

    [Fact]
    public void The_same_rows_and_seed_give_the_same_ramps()
    {
        PiecewiseLinearEncoding first = Fit(Steps(500), seed: 7)!, second = Fit(Steps(500), seed: 7)!;
        Assert.Equal(first.Feature, second.Feature);
        Assert.Equal(first.Offset, second.Offset);
        Assert.Equal(first.Scale, second.Scale);
    }

    [Fact]
    public void No_more_ramps_than_there_is_room_for()
    {
        PiecewiseLinearEncoding encoding = Fit(Steps(2000), seed: 1, mostEntries: 6)!;
        Assert.InRange(encoding.Count, 1, 6);
    }

    [Fact]
    public void Rows_without_labels_or_features_of_two_values_need_no_ramps()
    {
        TrainingRows rows = Steps(200);
        Assert.Null(Fit(rows with { Labels = [.. rows.Labels.Select(_ => TrainingRows.Unlabelled)] }, seed: 1));
        float[] flags = [.. Enumerable.Range(0, 300).Select(i => (float)(i % 2))];
        Assert.Null(Fit(new TrainingRows(new DenseFeatureMatrix(flags, 300, 1), [.. flags.Select(flag => (int)flag)], null, 2), seed: 1));
    }

    private static PiecewiseLinearEncoding? Fit(TrainingRows rows, int seed, int mostEntries = 200) =>
        PiecewiseLinearFit.Fit(rows, Standardization.Fit(rows.Features, 3), mostEntries, seed);

    /// <summary>Two even features; the first decides the class: 1 from 0.3 to 0.6, else 0.</summary>
    private static TrainingRows Steps(int count)
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 2 * count).Select(_ => random.NextSingle())];
        int[] labels = [.. Enumerable.Range(0, count).Select(i => values[2 * i] is >= 0.3f and < 0.6f ? 1 : 0)];
        return new TrainingRows(new DenseFeatureMatrix(values, count, 2), labels, null, 2);
    }
}
