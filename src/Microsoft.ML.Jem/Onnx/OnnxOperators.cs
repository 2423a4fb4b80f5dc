namespace Microsoft.ML.Jem.Onnx;

/// <summary>Operators whose form depends on the operator set, or that need a constant beside them.</summary>
internal static class OnnxOperators
{
    /// <summary>Applies a reduction such as ReduceMax or ReduceLogSumExp over dimension 1.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="operatorType">The reduction.</param>
    /// <param name="input">What is reduced, [N, m].</param>
    /// <param name="keepDimension">Whether the result is [N, 1] instead of [N].</param>
    public static string ReduceColumns(this OnnxGraph graph, string operatorType, string input, bool keepDimension)
    {
        OnnxAttribute keepDimensions = OnnxAttribute.Int("keepdims", keepDimension ? 1 : 0);
        // ReduceSum takes its axes as an input since 13, the other reductions since 18.
        return operatorType == "ReduceSum" || graph.Opset >= 18
            ? graph.AddNode(operatorType, [input, graph.Axis1()], keepDimensions)
            : graph.AddNode(operatorType, [input], OnnxAttribute.Ints("axes", 1), keepDimensions);
    }

    /// <summary>Turns a column [N, 1] into a vector [N] named <paramref name="output"/>.</summary>
    public static string SqueezeColumn(this OnnxGraph graph, string column, string output) =>
        graph.AddNode("Squeeze", [column, graph.Axis1()], output);

    private static string Axis1(this OnnxGraph graph) =>
        graph.Contains(JemNames.Axis1) ? JemNames.Axis1 : graph.AddInitializer(JemNames.Axis1, [1L], 1);
}
