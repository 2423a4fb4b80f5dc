using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Tests.Fixtures;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Networks;

public sealed class MultilayerPerceptronTests : TorchTest
{
    [Theory]
    [InlineData(4999, 128)]
    [InlineData(5000, 256)]
    public void Without_a_number_of_units_layers_are_as_wide_as_the_rows_can_fill(int rowCount, int width)
    {
        var rows = new TrainingRows(new DenseFeatureMatrix(new float[rowCount], rowCount, 1), new int[rowCount], null, 2);
        Standardization standardization = Standardization.Fit(rows.Features, 3);
        Assert.Equal([width, width], ((MultilayerPerceptron)new MultilayerPerceptron().FitTo(rows, standardization, encodes: false, seed: 1)).HiddenWidths);
        Assert.Equal([256, 256], ((MultilayerPerceptron)new MultilayerPerceptron(256, 256).FitTo(rows, standardization, encodes: false, seed: 1)).HiddenWidths);
    }

    [Theory]
    [InlineData("mlp_silu.json")]
    [InlineData("mlp_lrelu.json")]
    public void Logits_and_energies_equal_the_reference(string file)
    {
        using var fixture = new PerceptronFixture(file);
        using DisposeScope scope = NewDisposeScope();

        Tensor logits = fixture.Module.call(fixture.X);

        Near.Equal(fixture.Json.GetProperty("logits").Doubles(), logits, 5e-6, 1e-5);
        Near.Equal(fixture.Json.GetProperty("logsumexp").Doubles(), Energies.LogSumExp(logits), 5e-6, 1e-5);
        Near.Equal(fixture.Json.GetProperty("energy").Doubles(), Energies.LogSumExp(logits).neg(), 5e-6, 1e-5);
        double[] ofClass = [.. fixture.Json.GetProperty("logits").EnumerateArray().Zip(fixture.Json.GetProperty("y").Ints(), (row, y) => -row[y].GetDouble())];
        Near.Equal(ofClass, Energies.LogitOfClass(logits, fixture.Y).neg(), 5e-6, 1e-5);
    }

    [Theory]
    [InlineData("mlp_silu.json")]
    [InlineData("mlp_lrelu.json")]
    public void The_input_gradient_written_out_equals_the_reference(string file)
    {
        using var fixture = new PerceptronFixture(file);
        using DisposeScope scope = NewDisposeScope();

        Near.Equal(fixture.Json.GetProperty("grad_logsumexp").Doubles(),
            InputGradient.OfLogSumExp(fixture.Network, fixture.Module, fixture.X), 2e-6, 1e-4);
        Near.Equal(fixture.Json.GetProperty("grad_logit_y").Doubles(),
            InputGradient.OfClass(fixture.Network, fixture.Module, fixture.X, fixture.Y), 2e-6, 1e-4);
        Near.Equal(fixture.Json.GetProperty("approx_mass_score").Doubles(),
            InputGradient.OfLogSumExp(fixture.Network, fixture.Module, fixture.X).norm(dim: 1).neg(), 2e-6, 1e-4);
    }

    [Theory]
    [InlineData("mlp_silu.json")]
    [InlineData("mlp_lrelu.json")]
    public void The_input_gradient_of_autograd_equals_the_reference(string file)
    {
        using var fixture = new PerceptronFixture(file);
        using DisposeScope scope = NewDisposeScope();
        var network = new AutogradNetwork();

        Near.Equal(fixture.Json.GetProperty("grad_logsumexp").Doubles(),
            InputGradient.OfLogSumExp(network, fixture.Module, fixture.X), 2e-6, 1e-4);
        Near.Equal(fixture.Json.GetProperty("grad_logit_y").Doubles(),
            InputGradient.OfClass(network, fixture.Module, fixture.X, fixture.Y), 2e-6, 1e-4);
    }

    [Theory]
    [InlineData(Activation.SiLU)]
    [InlineData(Activation.LeakyReLU)]
    public void The_input_gradient_written_out_equals_autograd_at_any_depth(Activation activation)
    {
        int[][] shapes = [[], [7], [32, 16], [9, 8, 7, 6]];
        foreach (int[] widths in shapes)
        {
            using DisposeScope scope = NewDisposeScope();
            var network = new MultilayerPerceptron(activation, widths);
            using nn.Module<Tensor, Tensor> module = network.Create(6, 4, new Generator(3), CPU);
            Tensor x = randn([20, 6], generator: new Generator(4));
            Tensor before = x.clone();

            Tensor written = InputGradient.OfLogSumExp(network, module, x);

            Tensor expected = InputGradient.OfLogSumExp(new AutogradNetwork(), module, x);
            Near.Equal(Array.ConvertAll(Near.Floats(expected), value => (double)value), written, 1e-6, 1e-5);
            Assert.Equal(Near.Floats(before), Near.Floats(x));
        }
    }

    [Fact]
    public void Parameters_are_written_to_the_graph_under_the_names_the_module_knows_them_by()
    {
        using var fixture = new PerceptronFixture("mlp_silu.json");
        var graph = new OnnxGraph("network");
        graph.AddInput("features", OnnxType.Float, 5);

        string logits = fixture.Network.WriteTo(graph, "features", fixture.Module);

        Assert.True(graph.Contains(logits));
        Assert.All(fixture.Module.named_parameters(), entry => Assert.True(graph.Contains("network." + entry.name), entry.name));
    }

    [Fact]
    public void A_module_of_another_network_is_refused()
    {
        using nn.Module<Tensor, Tensor> other = nn.Linear(5, 3);
        var error = Assert.Throws<ArgumentException>(() => new MultilayerPerceptron().WriteTo(new OnnxGraph("g"), "x", other));
        Assert.Contains("MultilayerPerceptron", error.Message);
    }

    [Fact]
    public void Widths_below_one_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultilayerPerceptron(16, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultilayerPerceptron((Activation)9, 16));
    }

    /// <summary>A network that leaves gradients to autograd.</summary>
    private sealed class AutogradNetwork : JemNetwork
    {
        public override nn.Module<Tensor, Tensor> Build(int featureCount, int classCount) => nn.Linear(featureCount, classCount);

        public override string WriteTo(OnnxGraph graph, string input, nn.Module<Tensor, Tensor> module) => input;
    }
}
