using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Tests.ModelFile;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Ood;

public sealed class HiddenNeighborTests : TorchTest
{
    [Fact]
    public void The_nodes_compute_the_distance_to_the_nearest_stored_direction()
    {
        using var fixture = new WitnessFixture();
        using IDisposable noGradients = no_grad();
        Tensor hidden = fixture.Network.Hidden(fixture.Module, fixture.Rows)!;
        HiddenNeighbor witness = Fit(hidden.narrow(0, 0, 50));
        Assert.Equal(50, witness.Count);
        double[][] directions = Array.ConvertAll(Near.Floats(hidden).Chunk(12).ToArray(), Direction);
        double[][] stored = Array.ConvertAll(witness.Directions.Chunk(12).ToArray(), Direction);
        double[] expected = Array.ConvertAll(directions, direction => stored.Min(other => Distance(direction, other)));

        double[] actual = fixture.Statistic(witness);

        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) < 2e-3);
        Assert.All(actual[..50], distance => Assert.InRange(distance, 0, 2e-3));
    }

    [Fact]
    public void The_directions_chosen_are_unit_vectors_of_every_cluster()
    {
        Tensor centres = eye(5) * 10;
        Tensor hidden = centres.repeat(200, 1) + (randn([1000, 5], generator: new Generator(2)) * 0.01);
        HiddenNeighbor witness = Fit(hidden);
        Assert.Equal(64, witness.Count);
        double[][] stored = Array.ConvertAll(witness.Directions.Chunk(5).ToArray(), row => Array.ConvertAll(row, value => (double)value));
        Assert.All(stored, row => Assert.Equal(1, row.Sum(value => value * value), 1e-5));
        for (int axis = 0; axis < 5; axis++)
            Assert.Contains(stored, row => row[axis] > 0.99);
    }

    [Fact]
    public void A_hidden_layer_that_is_all_zero_has_a_distance()
    {
        HiddenNeighbor witness = Fit(cat([zeros(1, 3), ones(3, 3)]));
        Assert.All(witness.Directions, value => Assert.True(float.IsFinite(value)));
        JemModelSettings settings = JemModels.Plain(3, 3) with { Members = [new MemberSettings([witness])] };
        NetworkWriter network = (graph, input, _) => new NetworkValues(graph.AddNode("Identity", [input]), Hidden: input);
        var rows = new DenseFeatureMatrix([0, 0, 0, 2, 2, 2], 2, 3);
        float[] statistic = HeldOutScores.Of(JemGraph.Write(settings, [network]), rows).Statistics[0];
        Assert.True(float.IsFinite(statistic[0]));
        Assert.InRange(statistic[1], 0, 2e-3f);
    }

    [Fact]
    public void A_network_without_a_hidden_layer_is_refused()
    {
        JemModelSettings settings = JemModels.Plain(2, 2) with { Members = [new MemberSettings([new HiddenNeighbor([1, 0], 2)])] };
        Assert.Contains("HiddenNeighbor needs the network's last hidden layer", Assert.Throws<ArgumentException>(() => JemGraph.Write(settings, [JemModels.Identity])).Message);
    }

    [Fact]
    public void Directions_that_are_missing_or_have_no_shape_are_refused()
    {
        var graph = new OnnxGraph("test");
        Assert.Contains("lacks", Assert.Throws<InvalidDataException>(() => Read(graph)).Message, StringComparison.Ordinal);
        graph.AddInitializer("Jem.Prototypes", [1f, 0], 2);
        Assert.Contains("no valid shape", Assert.Throws<InvalidDataException>(() => Read(graph)).Message, StringComparison.Ordinal);
    }

    private static Witness Read(OnnxGraph graph) => HiddenNeighbor.Definition.Read(new OnnxWeights(graph.ToModel().Graph), "", 2);

    private static HiddenNeighbor Fit(Tensor hidden)
    {
        int rows = (int)hidden.shape[0];
        return HiddenNeighbor.Fit(WitnessFixture.Source(
            zeros(rows, 1), new int[rows], 1, chosen => hidden.index_select(0, tensor(Array.ConvertAll(chosen, row => (long)row)))));
    }

    private static double[] Direction(float[] hidden)
    {
        double norm = Math.Sqrt(hidden.Sum(value => (double)value * value));
        return Array.ConvertAll(hidden, value => value / norm);
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
}
