using System.Text.Json;
using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Robustness;
using Microsoft.ML.Jem.Tests.Fixtures;
using Microsoft.ML.Jem.Tests.ModelFile;
using Microsoft.ML.Jem.Tests.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Robustness;

public sealed class ProjectedGradientDescentTests : TorchTest
{
    [Theory]
    [InlineData("mlp_silu.json", "pgd_linf", AttackNorm.LInfinity)]
    [InlineData("mlp_lrelu.json", "pgd_linf", AttackNorm.LInfinity)]
    [InlineData("mlp_silu.json", "pgd_l2", AttackNorm.L2)]
    [InlineData("mlp_lrelu.json", "pgd_l2", AttackNorm.L2)]
    public void Iterates_losses_and_predictions_follow_the_reference(string file, string attack, AttackNorm norm)
    {
        var network = new FixtureNetwork(file);
        JsonElement expected = network.Data.GetProperty(attack);
        using TorchGraph graph = Graph(network);
        using DisposeScope scope = NewDisposeScope();
        Tensor y = tensor(network.Data.GetProperty("y").Ints()).to(int64);
        var iterates = new List<double[]>();
        var losses = new List<double[]>();
        int[] predictions = [];
        var descent = new ProjectedGradientDescent(
            z => graph.Run(z, JemNames.Score).log(), norm, expected.GetProperty("eps").GetDouble(), expected.GetProperty("step").GetDouble());

        descent.Run(Points(network), y, expected.GetProperty("steps").GetInt32(), randomStart: null, (z, logProbabilities) =>
        {
            iterates.Add(z.data<double>().ToArray());
            losses.Add(logProbabilities.gather(1, y.unsqueeze(1)).neg().squeeze(1).contiguous().data<double>().ToArray());
            predictions = [.. logProbabilities.argmax(1).data<long>().Select(k => (int)k)];
        }, TestContext.Current.CancellationToken);

        Equal(Rows(expected.GetProperty("iterates")), iterates[1..]);
        Equal(Rows(expected.GetProperty("ce_per_example")), losses);
        Assert.Equal(expected.GetProperty("pred").Ints(), predictions);
    }

    [Theory]
    [InlineData("wrn10_1_1x8x8.json", "pgd_linf", AttackNorm.LInfinity)]
    [InlineData("wrn10_1_3x16x16.json", "pgd_linf", AttackNorm.LInfinity)]
    [InlineData("wrn10_1_1x8x8.json", "pgd_l2", AttackNorm.L2)]
    [InlineData("wrn10_1_3x16x16.json", "pgd_l2", AttackNorm.L2)]
    public void Attacks_on_images_within_a_range_follow_the_reference(string file, string attack, AttackNorm norm)
    {
        using var fixture = new WideResNetFixture(file);
        JsonElement expected = fixture.Json.GetProperty(attack);
        byte[] model = JemGraph.Write(
            JemModels.Calibrated(fixture.Network.Image.Size, 10, temperature: 1), [(graph, input, _) => fixture.Network.WriteTo(graph, input, fixture.Module, withGradient: false)]);
        using var graph = new TorchGraph(model, CPU);
        using DisposeScope scope = NewDisposeScope();
        Tensor points = fixture.X.to(float64);
        double[] range = expected.GetProperty("clip_range").Doubles();
        var iterates = new List<double[]>();
        var losses = new List<double[]>();
        int[] predictions = [];
        var descent = new ProjectedGradientDescent(
            z => graph.Run(z, JemNames.Score).log(), norm, expected.GetProperty("eps").GetDouble(), expected.GetProperty("step").GetDouble())
        {
            Range = (full_like(points, range[0]), full_like(points, range[1])),
        };

        descent.Run(points, fixture.Y, expected.GetProperty("steps").GetInt32(), randomStart: null, (z, logProbabilities) =>
        {
            iterates.Add(z.data<double>().ToArray());
            losses.Add(logProbabilities.gather(1, fixture.Y.unsqueeze(1)).neg().squeeze(1).contiguous().data<double>().ToArray());
            predictions = [.. logProbabilities.argmax(1).data<long>().Select(k => (int)k)];
        }, TestContext.Current.CancellationToken);

        Equal(fixture.Steps(expected.GetProperty("iterates")), iterates[1..]);
        Equal(Rows(expected.GetProperty("ce_per_example")), losses);
        Assert.Equal(expected.GetProperty("pred").Ints(), predictions);
    }

    [Theory]
    [InlineData(AttackNorm.LInfinity)]
    [InlineData(AttackNorm.L2)]
    public void Every_point_on_the_way_lies_within_epsilon_and_the_range(AttackNorm norm)
    {
        const double Epsilon = 0.7;
        var network = new FixtureNetwork("mlp_silu.json");
        using TorchGraph graph = Graph(network);
        using DisposeScope scope = NewDisposeScope();
        Tensor points = Points(network);
        using var generator = new Generator(3);
        int visited = 0;
        bool started = false;
        var descent = new ProjectedGradientDescent(z => graph.Run(z, JemNames.Score).log(), norm, Epsilon, 0.4)
        {
            Range = (points - 0.3, points + 0.5),
        };

        descent.Run(points, zeros(points.shape[0], int64), 6, generator, (z, _) =>
        {
            Tensor change = z - points;
            double largest = norm == AttackNorm.L2 ? change.norm(1).max().ToDouble() : change.abs().max().ToDouble();
            started |= visited++ == 0 && largest > 0.01;
            Assert.True(largest <= Epsilon + 1e-9, $"Point {visited} is {largest} away.");
            Assert.True(change.min().ToDouble() >= -0.3 - 1e-9 && change.max().ToDouble() <= 0.5 + 1e-9);
        }, TestContext.Current.CancellationToken);

        Assert.Equal(7, visited);
        Assert.True(started, "The attack began at the points themselves, not at random ones.");
    }

    [Fact]
    public void A_cancelled_attack_stops()
    {
        var network = new FixtureNetwork("mlp_silu.json");
        using TorchGraph graph = Graph(network);
        using DisposeScope scope = NewDisposeScope();
        Tensor points = Points(network);
        using var source = new CancellationTokenSource();
        int visited = 0;
        var descent = new ProjectedGradientDescent(z => graph.Run(z, JemNames.Score).log(), AttackNorm.L2, 1, 0.1);
        Assert.Throws<OperationCanceledException>(() => descent.Run(points, zeros(points.shape[0], int64), 100, null, (_, _) =>
        {
            if (++visited == 2)
                source.Cancel();
        }, source.Token));
        Assert.Equal(2, visited);
    }

    private static TorchGraph Graph(FixtureNetwork network) =>
        new(JemGraph.Write(JemModels.Calibrated(network.Width, network.ClassCount, temperature: 1), [network.Write]), CPU);

    private static Tensor Points(FixtureNetwork network)
    {
        JsonElement x = network.Data.GetProperty("x");
        return tensor(x.Doubles(), x.Shape());
    }

    private static double[][] Rows(JsonElement values) => [.. values.EnumerateArray().Select(row => row.Doubles())];

    private static void Equal(double[][] expected, List<double[]> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        foreach ((double[] values, double[] measured) in expected.Zip(actual))
        {
            Assert.Equal(values.Length, measured.Length);
            for (int i = 0; i < values.Length; i++)
                Assert.Equal(values[i], measured[i], 1e-6);
        }
    }
}
