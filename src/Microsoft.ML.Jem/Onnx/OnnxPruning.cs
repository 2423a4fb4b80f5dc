using Google.Protobuf;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Removes from a graph what its outputs do not need.</summary>
internal static class OnnxPruning
{
    /// <summary>A model that computes the outputs named and nothing else; it has no checksum, as it is not meant to be stored.</summary>
    /// <param name="file">A model file.</param>
    /// <param name="names">The outputs to keep.</param>
    /// <param name="mostKept">The largest share of the nodes that may be left for this to be worth anything.</param>
    /// <returns>The model, or null where more is left.</returns>
    public static byte[]? KeepOutputs(byte[] file, IReadOnlyCollection<string> names, double mostKept)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(file);
        int all = model.Graph.Node.Count;
        KeepOutputs(model.Graph, names);
        return model.Graph.Node.Count <= mostKept * all ? model.ToByteArray() : null;
    }

    /// <summary>Keeps the outputs named, and only the nodes and initializers they are computed from.</summary>
    public static void KeepOutputs(GraphProto graph, IReadOnlyCollection<string> names)
    {
        ValueInfoProto[] kept = [.. graph.Output.Where(output => names.Contains(output.Name))];
        graph.Output.Clear();
        graph.Output.Add(kept);
        RemoveUnread(graph);
    }

    /// <summary>Removes nodes and initializers that no output depends on.</summary>
    /// <returns>The initializers removed.</returns>
    public static TensorProto[] RemoveUnread(GraphProto graph)
    {
        var read = new HashSet<string>(graph.Output.Select(output => output.Name), StringComparer.Ordinal);
        var nodes = new Stack<NodeProto>();
        foreach (NodeProto node in graph.Node.Reverse())
        {
            if (!node.Output.Any(read.Contains))
                continue;
            read.UnionWith(node.Input);
            nodes.Push(node);
        }

        graph.Node.Clear();
        graph.Node.Add(nodes);
        ILookup<bool, TensorProto> initializers = graph.Initializer.ToLookup(tensor => read.Contains(tensor.Name));
        graph.Initializer.Clear();
        graph.Initializer.Add(initializers[true]);
        return [.. initializers[false]];
    }
}
