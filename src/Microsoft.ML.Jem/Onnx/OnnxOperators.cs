using System.Globalization;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Operators whose form depends on the operator set, or that need a constant beside them.</summary>
internal static class OnnxOperators
{
    /// <summary>Applies a reduction such as ReduceMax or ReduceLogSumExp over dimension 1.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="operatorType">The reduction.</param>
    /// <param name="input">What is reduced, [N, m].</param>
    /// <param name="keepDimension">Whether the result is [N, 1] instead of [N].</param>
    public static string ReduceColumns(this OnnxGraph graph, string operatorType, string input, bool keepDimension) =>
        graph.Reduce(operatorType, input, axis: 1, keepDimension);

    /// <summary>Applies a reduction over dimension <paramref name="axis"/>.</summary>
    public static string Reduce(this OnnxGraph graph, string operatorType, string input, int axis, bool keepDimension)
    {
        OnnxAttribute keepDimensions = OnnxAttribute.Int("keepdims", keepDimension ? 1 : 0);
        // ReduceSum takes its axes as an input since 13, the other reductions since 18.
        return operatorType == "ReduceSum" || graph.Opset >= 18
            ? graph.AddNode(operatorType, [input, graph.Axis(axis)], keepDimensions)
            : graph.AddNode(operatorType, [input], OnnxAttribute.Ints("axes", axis), keepDimensions);
    }

    /// <summary>Turns a column [N, 1] into a vector [N] named <paramref name="output"/>.</summary>
    public static string SqueezeColumn(this OnnxGraph graph, string column, string output) =>
        graph.AddNode("Squeeze", [column, graph.Axis(1)], output);

    /// <summary>The sum of values of one shape; the value itself where there is only one.</summary>
    public static string Sum(this OnnxGraph graph, string[] values) => values.Length == 1 ? values[0] : graph.AddNode("Sum", values);

    /// <summary>The mean of values of one shape.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="values">Names of the values.</param>
    /// <param name="output">Name of the result, or null for one of the graph's own.</param>
    public static string Mean(this OnnxGraph graph, string[] values, string? output = null)
    {
        if (output is not null)
            return graph.AddNode("Mean", values, output);
        return values.Length == 1 ? values[0] : graph.AddNode("Mean", values);
    }

    /// <summary>A scalar that all members of an ensemble share.</summary>
    public static string Constant(this OnnxGraph graph, string name, float value) =>
        graph.Contains(name) ? name : Shared(graph, () => graph.AddInitializer(name, [value]));

    /// <summary>Values that all members of an ensemble share.</summary>
    public static string Shared(this OnnxGraph graph, string name, float[] values, params long[] shape) =>
        graph.Contains(name) ? name : Shared(graph, () => graph.AddInitializer(name, values, shape));

    private static string Axis(this OnnxGraph graph, int axis)
    {
        string name = JemNames.Axis + axis.ToString(CultureInfo.InvariantCulture);
        return graph.Contains(name) ? name : Shared(graph, () => graph.AddInitializer(name, [(long)axis], 1));
    }

    private static string Shared(OnnxGraph graph, Func<string> add)
    {
        string scope = graph.Scope;
        graph.Scope = "";
        string name = add();
        graph.Scope = scope;
        return name;
    }
}
