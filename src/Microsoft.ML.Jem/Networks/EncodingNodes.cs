using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Networks;

/// <summary>Writes a <see cref="PiecewiseLinearEncoding"/> to a graph, once for all members of an ensemble.</summary>
internal static class EncodingNodes
{
    private const string Prefix = "network.encoding.";
    private const string Inputs = Prefix + "inputs", Slopes = Prefix + "slopes", Entries = Prefix + "entries", One = Prefix + "one";

    /// <summary>The name of features and, behind them, entries, [N, d + E].</summary>
    public static string Encode(OnnxGraph graph, string input, PiecewiseLinearEncoding encoding, int width)
    {
        if (graph.Contains(Inputs))
            return Inputs;

        // A product with zeros and ones picks each entry's feature exactly, in every operator set and at the speed of a layer.
        string select = graph.Shared(Prefix + "select", encoding.Selection(width), width, encoding.Count);
        string offset = graph.Shared(Prefix + "offset", encoding.Offset, encoding.Count);
        string scale = graph.Shared(Prefix + "scale", encoding.Scale, encoding.Count);
        string scaled = graph.AddNode("Mul", [graph.AddNode("Sub", [graph.AddNode("MatMul", [input, select]), offset]), scale]);
        graph.AddNode("Clip", [scaled, graph.Constant(Prefix + "zero", 0), graph.Constant(One, 1)], Entries);
        return graph.AddNode("Concat", [input, Entries], Inputs, OnnxAttribute.Int("axis", 1));
    }

    /// <summary>From the gradient at features and entries, [N, d + E], to the name of that at the features, [N, d].</summary>
    public static string Gradient(OnnxGraph graph, string gradient, string input, PiecewiseLinearEncoding encoding, int width)
    {
        int inputs = width + encoding.Count;
        var back = new float[inputs * width];
        for (int j = 0; j < width; j++)
            back[(j * width) + j] = 1;
        for (int e = 0; e < encoding.Count; e++)
            back[((width + e) * width) + encoding.Feature[e]] = 1;
        string features = graph.Shared(Prefix + "back", back, inputs, width);
        return graph.AddNode("MatMul", [graph.AddNode("Mul", [gradient, SlopesOf(graph, input)]), features]);
    }

    /// <summary>The slope of each input: 1 for the features; for entries their scale within the bin, 0 at and beyond its borders.</summary>
    private static string SlopesOf(OnnxGraph graph, string input)
    {
        if (graph.Contains(Slopes))
            return Slopes;
        string rest = graph.AddNode("Sub", [One, Entries]);
        string within = graph.AddNode("Sign", [graph.AddNode("Mul", [Entries, rest])]);
        string own = graph.AddNode("Add", [graph.AddNode("Sub", [input, input]), One]);
        return graph.AddNode("Concat", [own, graph.AddNode("Mul", [within, Prefix + "scale"])], Slopes, OnnxAttribute.Int("axis", 1));
    }
}
