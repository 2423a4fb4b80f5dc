using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Tests.ModelFile;

namespace Microsoft.ML.Jem.Tests.Onnx;

public class OnnxGraphTests
{
    [Fact]
    public void The_same_calls_give_the_same_bytes() =>
        Assert.Equal(
            JemGraph.Write(JemModels.Calibrated(4, 3), [JemModels.Perceptron(1, 4, 8, 3)]),
            JemGraph.Write(JemModels.Calibrated(4, 3), [JemModels.Perceptron(1, 4, 8, 3)]));

    [Fact]
    public void A_name_used_twice_is_refused()
    {
        var graph = new OnnxGraph("test");
        graph.AddInitializer("weight", [1f], 1);
        AssertRefused("already holds a value named 'weight'", () => graph.AddInitializer("weight", [1L], 1));
    }

    [Fact]
    public void A_shape_that_does_not_hold_the_values_is_refused()
    {
        var graph = new OnnxGraph("test");
        AssertRefused("3 values, but its shape [2, 2] holds 4", () => graph.AddInitializer("weight", [1f, 2, 3], 2, 2));
        AssertRefused("2 values, but its shape [] holds 1", () => graph.AddInitializer("weight", [1f, 2]));
    }

    [Fact]
    public void An_input_that_does_not_exist_is_refused() =>
        AssertRefused("reads 'missing'", () => new OnnxGraph("test").AddNode("Relu", ["missing"]));

    [Fact]
    public void An_attribute_given_twice_is_refused()
    {
        var graph = new OnnxGraph("test");
        graph.AddInitializer("x", [1f], 1);
        AssertRefused("'axis' twice", () => graph.AddNode("Softmax", ["x"], OnnxAttribute.Int("axis", 0), OnnxAttribute.Int("axis", 1)));
    }

    [Fact]
    public void Generated_names_avoid_names_in_use()
    {
        var graph = new OnnxGraph("test");
        graph.AddInitializer("Relu_1", [1f], 1);
        Assert.Equal("Relu_2", graph.AddNode("Relu", ["Relu_1"]));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(22)]
    public void An_operator_set_out_of_range_is_refused(int opset) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new OnnxGraph("test", opset));

    private static void AssertRefused(string reason, Action build) =>
        Assert.Contains(reason, Assert.ThrowsAny<ArgumentException>(build).Message, StringComparison.Ordinal);
}
