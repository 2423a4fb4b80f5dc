using System.Text.Json;
using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Tests.Fixtures;
using Microsoft.ML.Jem.Tests.Networks;
using Microsoft.ML.Jem.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class JemObjectiveTests : TorchTest
{
    public static TheoryData<string> Files => ["mlp_silu.json", "mlp_lrelu.json"];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_three_losses_and_their_sums_equal_the_reference(string file)
    {
        using var fixture = new PerceptronFixture(file);
        using DisposeScope scope = NewDisposeScope();
        JsonElement loss = fixture.Json.GetProperty("loss");

        float[] terms = Near.Floats(Objective(1, 1, 0.5).Evaluate(fixture.Module, Batch(loss)).Terms);
        float total110 = Objective(1, 1, 0).Evaluate(fixture.Module, Batch(loss)).Total.item<float>();

        string[] names = ["total_w_1_1_0.5", "l_p_y_given_x", "l_p_x", "l_p_x_y", "f_data_mean", "f_sample_mean"];
        double[] expected = Array.ConvertAll(names, name => loss.GetProperty(name).GetDouble());
        (expected[4], expected[5]) = (-expected[4], -expected[5]);
        Near.Equal(expected, (IReadOnlyList<float>)terms, 5e-6, 1e-5);
        Near.Equal([loss.GetProperty("total_w_1_1_0").GetDouble()], (IReadOnlyList<float>)[total110], 5e-6, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_energy_penalty_equals_the_reference(string file)
    {
        using var fixture = new PerceptronFixture(file);
        using DisposeScope scope = NewDisposeScope();
        JsonElement loss = fixture.Json.GetProperty("loss");
        Tensor data = Energies.LogSumExp(fixture.Module.call(PerceptronFixture.Matrix(loss.GetProperty("x_data"))));
        Tensor sample = Energies.LogSumExp(fixture.Module.call(PerceptronFixture.Matrix(loss.GetProperty("x_sample"))));

        double expected = loss.GetProperty("l2_energy_mean(f_data^2)+mean(f_sample^2)").GetDouble();
        Near.Equal([expected], JemObjective.EnergyPenalty(data, sample, null), 5e-6, 1e-5);

        var options = new JemTrainingOptions { MarginalWeight = 1, EnergyPenalty = 0.5 };
        float total = new JemObjective(options).Evaluate(fixture.Module, Batch(loss)).Total.item<float>();
        Near.Equal([loss.GetProperty("total_w_1_1_0").GetDouble() + (0.5 * expected)], (IReadOnlyList<float>)[total], 5e-6, 1e-5);
    }

    [Theory]
    [InlineData("mlp_silu.json", 0, "grads_w_1_1_0", "params_after_1_step")]
    [InlineData("mlp_silu.json", 0.5, "grads_w_1_1_0.5", "params_after_1_step_w_1_1_0.5")]
    [InlineData("mlp_lrelu.json", 0, "grads_w_1_1_0", "params_after_1_step")]
    [InlineData("mlp_lrelu.json", 0.5, "grads_w_1_1_0.5", "params_after_1_step_w_1_1_0.5")]
    public void Gradients_and_a_step_of_Adam_equal_the_reference(string file, double jointWeight, string gradients, string parameters)
    {
        using var fixture = new PerceptronFixture(file);
        using DisposeScope scope = NewDisposeScope();
        using var adam = new AdamOptimizer(fixture.Module.parameters(), weightDecay: 0);
        JsonElement expected = fixture.Json.GetProperty("adam");

        Objective(1, 1, jointWeight).Evaluate(fixture.Module, Batch(fixture.Json.GetProperty("loss"))).Total.backward();
        foreach ((Parameter parameter, string name) in fixture.Stored())
            Near.Equal(expected.GetProperty(gradients).GetProperty(name).Doubles(), parameter.grad!, 5e-6, 1e-4);

        adam.Step(1e-3);
        RequireParameters(fixture, expected.GetProperty(parameters), expected.GetProperty(gradients), 1);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Three_steps_of_Adam_equal_the_reference(string file)
    {
        using var fixture = new PerceptronFixture(file);
        using DisposeScope scope = NewDisposeScope();
        using var adam = new AdamOptimizer(fixture.Module.parameters(), weightDecay: 0);
        JsonElement expected = fixture.Json.GetProperty("adam");
        for (int step = 0; step < 3; step++)
        {
            adam.ZeroGradients();
            Objective(1, 1, 0).Evaluate(fixture.Module, Batch(fixture.Json.GetProperty("loss"))).Total.backward();
            adam.Step(1e-3);
        }

        RequireParameters(fixture, expected.GetProperty("params_after_3_steps_same_batch"), expected.GetProperty("grads_w_1_1_0"), 3);
    }

    [Fact]
    public void A_row_of_weight_two_counts_as_the_row_given_twice()
    {
        using var fixture = new PerceptronFixture("mlp_silu.json");
        using DisposeScope scope = NewDisposeScope();
        JsonElement loss = fixture.Json.GetProperty("loss");
        ObjectiveBatch once = Batch(loss);
        Tensor weights = tensor(new float[] { 2, 1, 1, 1, 1, 0 });
        Tensor twice = tensor(new long[] { 0, 0, 1, 2, 3, 4 });
        Tensor Rows(Tensor rows) => rows.index_select(0, twice);

        float[] weighted = Near.Floats(Objective(1, 1, 0.5).Evaluate(fixture.Module, once with { DataWeights = weights, LabelledWeights = weights }).Terms);
        float[] repeated = Near.Floats(Objective(1, 1, 0.5).Evaluate(fixture.Module, once with
        {
            Data = Rows(once.Data),
            Labelled = Rows(once.Labelled!),
            Labels = Rows(once.Labels!),
            SamplesOfClass = Rows(once.SamplesOfClass!),
        }).Terms);

        Near.Equal(Array.ConvertAll(repeated, value => (double)value), (IReadOnlyList<float>)weighted, 1e-6, 1e-5);
    }

    [Fact]
    public void One_batch_for_both_densities_gives_the_losses_of_two_equal_ones()
    {
        using var fixture = new PerceptronFixture("mlp_silu.json");
        using DisposeScope scope = NewDisposeScope();
        ObjectiveBatch batch = Batch(fixture.Json.GetProperty("loss"));
        float[] shared = Near.Floats(Objective(1, 1, 0.5).Evaluate(fixture.Module, batch with { Data = batch.Labelled! }).Terms);
        float[] apart = Near.Floats(Objective(1, 1, 0.5).Evaluate(fixture.Module, batch with { Data = batch.Labelled!.clone() }).Terms);
        Near.Equal(Array.ConvertAll(apart, value => (double)value), (IReadOnlyList<float>)shared, 1e-6, 1e-5);
    }

    [Fact]
    public void Without_labels_only_the_density_of_rows_is_learnt()
    {
        using var fixture = new PerceptronFixture("mlp_silu.json");
        using DisposeScope scope = NewDisposeScope();
        JsonElement loss = fixture.Json.GetProperty("loss");
        ObjectiveBatch batch = Batch(loss) with { Labelled = null, Labels = null, SamplesOfClass = null };
        float[] terms = Near.Floats(Objective(1, 1, 0.5).Evaluate(fixture.Module, batch).Terms);
        Near.Equal([loss.GetProperty("l_p_x").GetDouble()], (IReadOnlyList<float>)[terms[0]], 5e-6, 1e-5);
        Assert.Equal(float.NaN, terms[1]);
    }

    private static JemObjective Objective(double marginal, double classification, double joint) => new(new JemTrainingOptions
    {
        MarginalWeight = marginal,
        ClassificationWeight = classification,
        JointWeight = joint,
        EnergyPenalty = 0,
    });

    private static ObjectiveBatch Batch(JsonElement loss) => new(
        PerceptronFixture.Matrix(loss.GetProperty("x_data")), null,
        PerceptronFixture.Matrix(loss.GetProperty("x_lab")), PerceptronFixture.Labels(loss.GetProperty("y_lab")), null,
        PerceptronFixture.Matrix(loss.GetProperty("x_sample")), PerceptronFixture.Matrix(loss.GetProperty("x_sample_lab")));

    private static void RequireParameters(PerceptronFixture fixture, JsonElement parameters, JsonElement gradients, int steps)
    {
        foreach ((Parameter parameter, string name) in fixture.Stored())
        {
            double[] expected = parameters.GetProperty(name).Doubles();
            double[] gradient = gradients.GetProperty(name).Doubles();
            float[] actual = Near.Floats(parameter);
            for (int i = 0; i < expected.Length; i++)
            {
                double allowed = Math.Abs(gradient[i]) > 1e-6 ? 2e-6 : 2.1e-3 * steps;
                Assert.True(Math.Abs(actual[i] - expected[i]) <= allowed, $"{name}[{i}]: expected {expected[i]}, got {actual[i]}.");
            }
        }
    }
}
