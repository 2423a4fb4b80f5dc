using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Tests.ModelFile;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Ood;

public sealed class GaussianFitTests : TorchTest
{
    [Theory]
    [InlineData(4, true, false, 4)]
    [InlineData(100, false, false, 100)]
    [InlineData(200, false, false, 128)]
    [InlineData(1100, false, true, 1100)]
    public void The_wider_the_rows_the_plainer_the_covariance(int width, bool perClass, bool diagonal, int rank)
    {
        ReferenceDensity density = Fit(WitnessFixture.RowsOf(width), WitnessFixture.Labels, 3);
        Assert.Equal(perClass, density.IsPerClass);
        Assert.Equal(diagonal, density.IsDiagonal);
        Assert.Equal(rank, density.Rank);
        Assert.Equal(rank < width, density.Residual is not null);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1100)]
    public void Means_and_variances_are_those_of_the_rows(int width)
    {
        // Two classes of two rows each, whose features are 0 and 2, and 10 and 12: means 1 and 11, variance 1 within each class.
        float[] values = [.. new float[] { 0, 2, 10, 12 }.SelectMany(value => Enumerable.Repeat(value, width))];
        ReferenceDensity density = Fit(tensor(values, [4, width]), [0, 0, 1, 1], 2);
        float last = density.Whitening[^1];
        if (density.IsDiagonal)
        {
            Assert.Equal(1 / Math.Sqrt(1.01), last, 1e-4);
            Assert.Equal(last, density.Centres[0], 1e-5);
            Assert.Equal(11 * last, density.Centres[^1], 1e-4);
            Assert.Equal(Math.Log(0.5) - (width * Math.Log(1.01) / 2), density.LogWeights[0], 1e-2);
        }
        else
        {
            // Whitening is triangular: the first row of A and the first centre know the first feature alone.
            Assert.Equal(density.Whitening[0], density.Centres[0], 1e-5);
            Assert.Equal(11 * density.Whitening[width * width], density.Centres[width], 1e-4);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(200)]
    [InlineData(1100)]
    public void A_class_without_rows_takes_no_part(int width)
    {
        ReferenceDensity density = Fit(WitnessFixture.RowsOf(width), WitnessFixture.Labels, 5);
        Assert.All(density.LogWeights[3..], weight => Assert.True(weight < -1e20));
        Assert.All(density.LogWeights[..3], weight => Assert.True(float.IsFinite(weight) && weight > -1e4));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1100)]
    public void Rows_without_a_label_take_no_part(int width)
    {
        Tensor rows = WitnessFixture.RowsOf(width);
        ReferenceDensity expected = Fit(rows.narrow(0, 0, 200), WitnessFixture.Labels[..200], 3);

        ReferenceDensity actual = Fit(rows, [.. WitnessFixture.Labels[..200], .. Enumerable.Repeat(TrainingRows.Unlabelled, 100)], 3);

        Assert.Equal(expected.Whitening, actual.Whitening);
        Assert.Equal(expected.Centres, actual.Centres);
        Assert.Equal(expected.LogWeights, actual.LogWeights);
        Assert.Contains("labelled", Assert.Throws<ArgumentException>(() => Fit(rows, [.. Enumerable.Repeat(TrainingRows.Unlabelled, 300)], 3)).Message);
    }

    private static ReferenceDensity Fit(Tensor rows, int[] labels, int classCount)
    {
        int width = (int)rows.shape[1];
        var features = new DenseFeatureMatrix(Near.Floats(rows), labels.Length, width);
        return GaussianFit.Fit(new TrainingRows(features, labels, null, classCount), JemModels.Plain(width, 3).Standardization);
    }
}
