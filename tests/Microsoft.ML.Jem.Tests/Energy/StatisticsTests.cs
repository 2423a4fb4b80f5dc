using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Tests.Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Energy;

/// <summary>The statistics behind OodScore: what the graph computes is what their definitions say.</summary>
public sealed class StatisticsTests : TorchTest
{
    private static readonly int[] Labels = [.. Enumerable.Range(0, 300).Select(i => i % 3)];

    [Fact]
    public void The_reference_density_is_that_of_Gaussians_around_the_classes()
    {
        Tensor rows = Rows(width: 4);
        ReferenceMeasure measure = Fit(rows);
        Assert.True(measure.IsPerClass);

        // A point drawn far out along any direction is less likely than a class mean.
        double[] energies = GraphStatistic(OodStatistic.ReferenceDensity, rows, new MemberSettings(measure), 4);
        Assert.Equal(Array.ConvertAll(Near.Floats(rows).Chunk(4).ToArray(), row => Energy(measure, row)), energies, (a, b) => Math.Abs(a - b) < 1e-3 * Math.Max(1, Math.Abs(a)));
    }

    [Theory]
    [InlineData(200, false)]
    [InlineData(1100, true)]
    public void Wide_rows_share_one_covariance(int width, bool diagonal)
    {
        Tensor rows = Rows(width);
        ReferenceMeasure measure = Fit(rows);
        Assert.False(measure.IsPerClass);
        Assert.Equal(diagonal, measure.IsDiagonal);
        Assert.Equal(diagonal ? width : 128, measure.Rank);

        double[] near = GraphStatistic(OodStatistic.ReferenceDensity, rows, new MemberSettings(measure), width);
        double[] far = GraphStatistic(OodStatistic.ReferenceDensity, rows * 3, new MemberSettings(measure), width);
        Assert.Equal(Energy(measure, Near.Floats(rows)[..width]), near[0], 1e-3 * Math.Abs(near[0]));
        Assert.True(far.Average() > near.Average() + 100);
    }

    [Fact]
    public void The_reference_energy_grows_along_every_ray()
    {
        ReferenceMeasure measure = Fit(Rows(width: 4));
        for (int ray = 0; ray < 20; ray++)
        {
            Tensor direction = randn([1, 4], generator: new Generator((ulong)ray));
            Tensor points = cat([.. Enumerable.Range(5, 20).Select(i => direction * i)], 0);
            double[] energies = GraphStatistic(OodStatistic.ReferenceDensity, points, new MemberSettings(measure), 4);
            Assert.Equal(energies.Order(), energies);
        }
    }

    [Theory]
    [InlineData(130)]
    [InlineData(200)]
    [InlineData(1000)]
    [InlineData(1100)]
    public void The_reference_energy_of_wide_rows_grows_along_every_ray(int width)
    {
        // Most of the variance lies in few directions: the others are the last of the spectrum, and the first to be left out.
        Tensor rows = Rows(width) * cat([ones(100), full(width - 100, 0.3)]);
        ReferenceMeasure measure = Fit(rows);
        Tensor axes = eye(width), across = randn([50, width], generator: new Generator(3));
        Tensor centred = rows - rows.mean([0], keepdim: true);
        Tensor smallest = linalg.eigh(centred.t().matmul(centred)).Item2.t().narrow(0, 0, width - 100);
        Tensor directions = cat([axes, across / across.norm(dim: 1, keepdim: true), smallest], 0);

        float[] distances = [10, 15, 20, 40, 80];
        double[][] energies = Array.ConvertAll(distances, distance => GraphStatistic(OodStatistic.ReferenceDensity, rows.mean([0]) + (directions * distance), new MemberSettings(measure), width));
        double typical = GraphStatistic(OodStatistic.ReferenceDensity, rows, new MemberSettings(measure), width).Max();
        for (int ray = 0; ray < directions.shape[0]; ray++)
        {
            for (int i = 1; i < distances.Length; i++)
                Assert.True(energies[i][ray] > energies[i - 1][ray] + 1, $"Ray {ray}: {energies[i - 1][ray]} at {distances[i - 1]}, {energies[i][ray]} at {distances[i]}.");
            Assert.True(energies[^1][ray] > typical, $"Ray {ray}: {energies[^1][ray]} far away, {typical} among the rows.");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_measure_is_read_back_as_it_was_written_with_a_residual_or_in_the_form_of_older_files(bool hasResidual)
    {
        ReferenceMeasure measure = Fit(Rows(200));
        Assert.NotNull(measure.Residual);
        if (!hasResidual)
            measure = measure with { Residual = null };
        JemModelSettings settings = JemModels.Plain(200, 3) with { Statistics = [OodStatistic.ReferenceDensity], Members = [new MemberSettings(measure)] };

        ReferenceMeasure read = JemGraph.ReadSettings(JemGraph.Write(settings, [JemModels.Perceptron(1, 200, 3)])).Members[0].Reference!;

        Assert.Equal(measure.Whitening, read.Whitening);
        Assert.Equal(measure.Centres, read.Centres);
        Assert.Equal(measure.LogWeights, read.LogWeights);
        Assert.Equal(measure.Residual?.Mean, read.Residual?.Mean);
        Assert.Equal(measure.Residual?.Variances, read.Residual?.Variances);
        Assert.Equal(measure.Residual?.Precision, read.Residual?.Precision);
    }

    [Fact]
    public void A_class_without_rows_takes_no_part()
    {
        ReferenceMeasure measure = ReferenceMeasureFit.Fit(Rows(width: 4), Labels, 5);
        Assert.All(measure.LogWeights[3..], weight => Assert.True(weight < -1e20));
        Assert.All(measure.LogWeights[..3], weight => Assert.True(float.IsFinite(weight) && weight > -100));
    }

    [Theory]
    [InlineData(Activation.SiLU)]
    [InlineData(Activation.LeakyReLU)]
    public void The_approximate_mass_in_the_graph_is_the_norm_of_the_gradient(Activation activation)
    {
        var network = new MultilayerPerceptron(activation, 16, 12);
        using nn.Module<Tensor, Tensor> module = network.Create(4, 3, new Generator(1), CPU);
        Tensor rows = Rows(width: 4);
        double[] expected = Array.ConvertAll(Near.Floats(InputGradient.ApproximateMass(network, module, rows)), mass => -(double)mass);

        double[] actual = GraphStatistic(OodStatistic.ApproximateMass, rows, new MemberSettings(), 4, (graph, input, gradient) => network.WriteTo(graph, input, module, gradient));

        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-4 * Math.Max(1e-2, Math.Abs(a)));
    }

    [Fact]
    public void Energies_from_the_graph_equal_those_of_TorchSharp()
    {
        var network = new MultilayerPerceptron();
        using nn.Module<Tensor, Tensor> module = network.Create(4, 3, new Generator(1), CPU);
        Tensor rows = Rows(width: 4);
        using IDisposable noGradients = no_grad();
        double[] expected = Array.ConvertAll(Near.Floats(Energies.Of(module.call(rows))), energy => (double)energy);

        double[] actual = GraphStatistic(OodStatistic.Energy, rows, new MemberSettings(), 4, (graph, input, gradient) => network.WriteTo(graph, input, module, gradient));

        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= 1e-4 * Math.Max(1e-2, Math.Abs(a)));
    }

    [Fact]
    public void The_hidden_neighbour_is_the_nearest_stored_direction()
    {
        var network = new MultilayerPerceptron(16, 12);
        using nn.Module<Tensor, Tensor> module = network.Create(4, 3, new Generator(1), CPU);
        Tensor rows = Rows(width: 4);
        using IDisposable noGradients = no_grad();
        Tensor hidden = network.Hidden(module, rows)!;
        Prototypes prototypes = PrototypeFit.Fit(hidden.narrow(0, 0, 50), new Random(1));
        Assert.Equal(50, prototypes.Count);
        Tensor directions = hidden / hidden.norm(dim: 1, keepdim: true);
        Tensor expected = cdist(directions, tensor(prototypes.Directions, [prototypes.Count, 12])).min(1).values;

        double[] actual = GraphStatistic(OodStatistic.HiddenNeighbor, rows, new MemberSettings(Prototypes: prototypes), 4, (graph, input, gradient) => network.WriteTo(graph, input, module, gradient));

        Assert.Equal(Array.ConvertAll(Near.Floats(expected), value => (double)value), actual, (a, b) => Math.Abs(a - b) < 2e-3);
        Assert.All(actual[..50], distance => Assert.InRange(distance, 0, 2e-3));
    }

    private static ReferenceMeasure Fit(Tensor rows)
    {
        int width = (int)rows.shape[1];
        var features = new DenseFeatureMatrix(Near.Floats(rows), Labels.Length, width);
        return TrainingDensity.Fit(new TrainingRows(features, Labels, null, 3), JemModels.Plain(width, 3).Standardization);
    }

    private static Tensor Rows(int width)
    {
        Tensor noise = randn([300, width], generator: new Generator(7));
        Tensor centres = randn([3, width], generator: new Generator(8)) * 3;
        return noise + centres.index_select(0, tensor(Array.ConvertAll(Labels, label => (long)label)));
    }

    private static double Energy(ReferenceMeasure measure, float[] row)
    {
        var exponents = new double[measure.ComponentCount];
        for (int k = 0; k < exponents.Length; k++)
        {
            double square = 0;
            double left = 0;
            double[] centred = [.. row.Select((value, j) => value - (double)(measure.Residual?.Mean[j] ?? 0))];
            if (measure.Residual is not null)
                left = centred.Sum(value => value * value);
            for (int r = 0; r < measure.Rank; r++)
            {
                double value = -measure.Centres[(k * measure.Rank) + r];
                for (int j = 0; j < row.Length; j++)
                {
                    if (measure.IsDiagonal)
                        value += r == j ? measure.Whitening[j] * centred[j] : 0;
                    else
                        value += measure.Whitening[((measure.IsPerClass ? (k * measure.Rank) + r : r) * row.Length) + j] * centred[j];
                }

                square += value * value;
                if (measure.Residual is { } kept)
                    left -= kept.Variances[r] * Math.Pow(value + measure.Centres[(k * measure.Rank) + r], 2);
            }

            square += left * (measure.Residual?.Precision ?? 0);

            exponents[k] = measure.LogWeights[k] - (square / 2);
        }

        double largest = exponents.Max();
        return -(largest + Math.Log(exponents.Sum(exponent => Math.Exp(exponent - largest))));
    }

    private static double[] GraphStatistic(OodStatistic statistic, Tensor rows, MemberSettings member, int width, NetworkWriter? network = null)
    {
        JemModelSettings settings = JemModels.Plain(width, width == 4 ? 3 : width) with { Statistics = [statistic], Members = [member] };
        byte[] model = JemGraph.Write(settings, [network ?? JemModels.Perceptron(1, width, settings.ClassCount)]);
        float[] values = Near.Floats(rows);
        return Array.ConvertAll(HeldOutScores.Of(model, new DenseFeatureMatrix(values, values.Length / width, width)).Statistics[0], value => (double)value);
    }
}
