using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>Adds an output with the name of the predicted class.</summary>
internal static class LabelNameNodes
{
    private const string Names = JemNames.Prefix + "ClassNames";

    /// <summary>Adds the output <c>PredictedLabelName</c>, string [N]: a class name, empty for a row with a feature that is not finite.</summary>
    public static void Add(GraphProto graph, IReadOnlyList<string> classNames)
    {
        if (graph.Output.Any(output => output.Name == JemNames.PredictedLabelName))
            return;

        // One more name than classes: rows that cannot be scored take the last.
        const string None = JemNames.Prefix + "NoClass", IsNone = JemNames.Prefix + "IsNoClass", Index = JemNames.Prefix + "ClassIndex";
        graph.Initializer.Add(OnnxTensorData.Create(Names, [.. classNames, ""]));
        graph.Initializer.Add(OnnxTensorData.Create(None, [(long)classNames.Count], [1]));
        Add(graph, "IsNaN", IsNone, JemNames.Energy);
        Add(graph, "Where", Index, IsNone, None, JemNames.PredictedLabel);
        Add(graph, "Gather", JemNames.PredictedLabelName, Names, Index);
        graph.Output.Add(OnnxTensorData.RowsOf(JemNames.PredictedLabelName, OnnxType.Text, []));
    }

    private static void Add(GraphProto graph, string operatorType, string output, params ReadOnlySpan<string> inputs)
    {
        var node = new NodeProto { Name = output, OpType = operatorType };
        foreach (string input in inputs)
            node.Input.Add(input);
        node.Output.Add(output);
        graph.Node.Add(node);
    }
}
