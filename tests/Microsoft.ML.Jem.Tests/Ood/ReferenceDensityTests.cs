using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Tests.ModelFile;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Ood;

public sealed class ReferenceDensityTests : TorchTest
{
    [Theory]
    [InlineData(4)]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(1100)]
    public void The_nodes_compute_minus_log_of_the_sum_of_Gaussians(int width)
    {
        Tensor rows = WitnessFixture.RowsOf(width);
        ReferenceDensity witness = Fit(rows);
        double[] expected = Array.ConvertAll(Near.Floats(rows).Chunk(width).ToArray(), row => MinusLogDensity(witness, row));

        double[] near = WitnessFixture.StatisticAlone(witness, rows);
        double[] far = WitnessFixture.StatisticAlone(witness, rows * 3);

        Assert.Equal(expected, near, (a, b) => Math.Abs(a - b) < 1e-3 * Math.Max(1, Math.Abs(a)));
        Assert.True(far.Average() > near.Average() + 10);
    }

    [Fact]
    public void It_rises_along_every_ray()
    {
        ReferenceDensity witness = Fit(WitnessFixture.RowsOf(4));
        for (int ray = 0; ray < 20; ray++)
        {
            Tensor direction = randn([1, 4], generator: new Generator((ulong)ray));
            Tensor points = cat([.. Enumerable.Range(5, 20).Select(i => direction * i)], 0);
            double[] statistic = WitnessFixture.StatisticAlone(witness, points);
            Assert.Equal(statistic.Order(), statistic);
        }
    }

    [Theory]
    [InlineData(130)]
    [InlineData(200)]
    [InlineData(1000)]
    [InlineData(1100)]
    public void Of_wide_rows_it_rises_along_every_ray(int width)
    {
        // Most of the variance lies in few directions: the others are the last of the spectrum, and the first to be left out.
        Tensor rows = WitnessFixture.RowsOf(width) * cat([ones(100), full(width - 100, 0.3)]);
        ReferenceDensity witness = Fit(rows);
        Tensor axes = eye(width), across = randn([50, width], generator: new Generator(3));
        Tensor centred = rows - rows.mean([0], keepdim: true);
        Tensor smallest = linalg.eigh(centred.t().matmul(centred)).Item2.t().narrow(0, 0, width - 100);
        Tensor directions = cat([axes, across / across.norm(dim: 1, keepdim: true), smallest], 0);

        float[] distances = [10, 15, 20, 40, 80];
        double[][] statistic = Array.ConvertAll(distances, distance => WitnessFixture.StatisticAlone(witness, rows.mean([0]) + (directions * distance)));
        double typical = WitnessFixture.StatisticAlone(witness, rows).Max();
        for (int ray = 0; ray < directions.shape[0]; ray++)
        {
            for (int i = 1; i < distances.Length; i++)
                Assert.True(statistic[i][ray] > statistic[i - 1][ray] + 1, $"Ray {ray}: {statistic[i - 1][ray]} at {distances[i - 1]}, {statistic[i][ray]} at {distances[i]}.");
            Assert.True(statistic[^1][ray] > typical, $"Ray {ray}: {statistic[^1][ray]} far away, {typical} among the rows.");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_read_back_with_a_residual_or_in_the_form_of_older_files(bool hasResidual)
    {
        ReferenceDensity witness = Fit(WitnessFixture.RowsOf(200));
        Assert.NotNull(witness.Residual);
        if (!hasResidual)
            witness = witness with { Residual = null };
        JemModelSettings settings = JemModels.Plain(200, 3) with { Members = [new MemberSettings([witness])] };

        var read = (ReferenceDensity)JemGraphReader.ReadSettings(JemGraph.Write(settings, [JemModels.Perceptron(1, 200, 3)])).Members[0].Witnesses[0];

        Assert.Equal(witness.Whitening, read.Whitening);
        Assert.Equal(witness.Centres, read.Centres);
        Assert.Equal(witness.LogWeights, read.LogWeights);
        Assert.Equal(witness.Residual?.Mean, read.Residual?.Mean);
        Assert.Equal(witness.Residual?.Variances, read.Residual?.Variances);
        Assert.Equal(witness.Residual?.Precision, read.Residual?.Precision);
    }

    [Fact]
    public void Parts_that_do_not_fit_together_are_refused()
    {
        var graph = new OnnxGraph("test");
        graph.AddInitializer("Jem.Reference.Whitening", new float[4], 2, 2);
        graph.AddInitializer("Jem.Reference.Centres", new float[4], 2, 2);
        graph.AddInitializer("Jem.Reference.LogWeights", new float[2], 2);
        var weights = new OnnxWeights(graph.ToModel().Graph);
        Assert.Equal(2, ((ReferenceDensity)ReferenceDensity.Definition.Read(weights, "", 2)).Rank);
        Assert.Contains("do not fit", Assert.Throws<InvalidDataException>(() => ReferenceDensity.Definition.Read(weights, "", 3)).Message, StringComparison.Ordinal);
        Assert.Contains("lacks", Assert.Throws<InvalidDataException>(() => ReferenceDensity.Definition.Read(weights, "member0.", 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_counts_half_where_classes_share_a_covariance()
    {
        Assert.Equal(1, Fit(WitnessFixture.RowsOf(4)).Weight);
        Assert.Equal(0.5f, Fit(WitnessFixture.RowsOf(200)).Weight);
        Assert.Equal(0.5f, Fit(WitnessFixture.RowsOf(1100)).Weight);
    }

    private static ReferenceDensity Fit(Tensor rows)
    {
        WitnessSource source = WitnessFixture.Source(rows, WitnessFixture.Labels, 3, _ => throw new InvalidOperationException("It needs no hidden layer."));
        return (ReferenceDensity)ReferenceDensity.Definition.Fit(source);
    }

    private static double MinusLogDensity(ReferenceDensity witness, float[] row)
    {
        var exponents = new double[witness.ComponentCount];
        double[] centred = [.. row.Select((value, j) => value - (double)(witness.Residual?.Mean[j] ?? 0))];
        for (int k = 0; k < exponents.Length; k++)
        {
            double square = 0;
            double left = witness.Residual is null ? 0 : centred.Sum(value => value * value);
            for (int r = 0; r < witness.Rank; r++)
            {
                double whitened = 0;
                for (int j = 0; j < row.Length; j++)
                {
                    if (!witness.IsDiagonal)
                        whitened += witness.Whitening[((witness.IsPerClass ? (k * witness.Rank) + r : r) * row.Length) + j] * centred[j];
                    else if (r == j)
                        whitened = witness.Whitening[j] * centred[j];
                }

                square += Math.Pow(whitened - witness.Centres[(k * witness.Rank) + r], 2);
                left -= (witness.Residual?.Variances[r] ?? 0) * whitened * whitened;
            }

            square += left * (witness.Residual?.Precision ?? 0);
            exponents[k] = witness.LogWeights[k] - (square / 2);
        }

        double largest = exponents.Max();
        return -(largest + Math.Log(exponents.Sum(exponent => Math.Exp(exponent - largest))));
    }
}
