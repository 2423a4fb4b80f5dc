using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Tests.Features;

public sealed class CrossFittingTests
{
    [Theory]
    [InlineData(1, 0.2)]
    [InlineData(3, 0.2)]
    [InlineData(5, 0.2)]
    public void Parts_are_disjoint_stratified_and_the_rest_trains(int members, double fraction)
    {
        TrainingRows rows = Rows([.. Enumerable.Repeat(0, 100), .. Enumerable.Repeat(1, 50), .. Enumerable.Repeat(-1, 7)]);
        (TrainingRows Train, TrainingRows HeldOut)[] parts = CrossFitting.Split(rows, members, fraction, new Random(1));

        Assert.Equal(members, parts.Length);
        float[] heldOut = [.. parts.SelectMany(part => Values(part.HeldOut))];
        Assert.Equal(heldOut.Length, heldOut.Distinct().Count());
        foreach ((TrainingRows train, TrainingRows own) in parts)
        {
            Assert.Equal(20, own.Labels.Count(label => label == 0));
            Assert.Equal(10, own.Labels.Count(label => label == 1));
            Assert.DoesNotContain(TrainingRows.Unlabelled, own.Labels);
            Assert.Equal(7, train.Labels.Count(label => label == TrainingRows.Unlabelled));
            Assert.Equal(rows.Count, train.Count + own.Count);
            Assert.Empty(Values(train).Intersect(Values(own)));
        }
    }

    [Fact]
    public void A_class_keeps_a_row_for_training_in_every_member()
    {
        foreach (int count in new[] { 1, 2, 3, 4 })
        {
            TrainingRows rows = Rows([.. Enumerable.Repeat(0, 40), .. Enumerable.Repeat(1, count)]);
            foreach ((TrainingRows train, TrainingRows _) in CrossFitting.Split(rows, 5, 0.2, new Random(count)))
                Assert.Contains(1, train.Labels);
        }
    }

    [Fact]
    public void The_same_generator_gives_the_same_parts()
    {
        TrainingRows rows = Rows([.. Enumerable.Range(0, 60).Select(i => i % 3)]);
        Assert.Equal(
            CrossFitting.Split(rows, 3, 0.2, new Random(5)).SelectMany(part => Values(part.HeldOut)),
            CrossFitting.Split(rows, 3, 0.2, new Random(5)).SelectMany(part => Values(part.HeldOut)));
    }

    private static TrainingRows Rows(int[] labels) =>
        new(new DenseFeatureMatrix([.. labels.Select((_, i) => (float)i)], labels.Length, 1), labels, null, labels.Max() + 1);

    private static float[] Values(TrainingRows rows)
    {
        var values = new float[rows.Count];
        rows.Features.CopyRows([.. Enumerable.Range(0, rows.Count)], values);
        return values;
    }
}
