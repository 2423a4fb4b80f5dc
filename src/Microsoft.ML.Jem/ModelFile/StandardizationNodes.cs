using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>Writes <see cref="Standardization"/> and reads it back.</summary>
internal static class StandardizationNodes
{
    /// <summary>Writes the nodes from raw to standardised features, [N, d].</summary>
    public static StandardizedFeatures Write(OnnxGraph graph, string features, Standardization standardization)
    {
        int width = standardization.Width;

        string tamed = standardization.Tails is { } tails ? Tame(graph, features, tails) : features;
        string centred = graph.AddNode("Sub", [tamed, graph.AddInitializer(JemNames.Offset, standardization.Offset, width)]);
        string finite = HasConstants(standardization) ? Bounded(graph, centred) : centred;
        string scaled = graph.AddNode("Mul", [finite, graph.AddInitializer(JemNames.Scale, standardization.Scale, width)]);

        // The standard does not say what Clip makes of NaN. x − x does: 0 for a finite feature, NaN for any other.
        string mark = graph.AddNode("Sub", [features, features]);
        string clipped = Clip(graph, scaled, mark, standardization.Limit, JemNames.LowerLimit, JemNames.UpperLimit);
        float wide = Witness.FeatureLimit(standardization.Limit);
        return new StandardizedFeatures(clipped, wide == standardization.Limit
            ? clipped
            : Clip(graph, scaled, mark, wide, JemNames.WideLowerLimit, JemNames.WideUpperLimit));
    }

    /// <exception cref="InvalidDataException">The initializers are missing or damaged.</exception>
    public static Standardization Read(OnnxWeights weights, float limit)
    {
        HeavyTails? tails = null;
        if (weights.TryGet($"{JemNames.Tail}.Centre", out OnnxTensor? centre))
        {
            float[] heavy = weights.Get($"{JemNames.Tail}.Share").Values;
            tails = new HeavyTails(Array.ConvertAll(heavy, share => share != 0), centre.Values, weights.Get($"{JemNames.Tail}.InverseSpread").Values);
        }

        var read = new Standardization(weights.Get(JemNames.Offset).Values, weights.Get(JemNames.Scale).Values, limit, tails);
        if (read.Scale.Length != read.Width || read.Width == 0 ||
            (tails is not null && (tails.IsHeavy.Length != read.Width || tails.Centre.Length != read.Width || tails.InverseSpread.Length != read.Width)))
        {
            throw new InvalidDataException("The model is damaged: its features and scales do not fit together.");
        }

        return read;
    }

    /// <summary>Whether a feature was constant in training, at a value other than 0.</summary>
    private static bool HasConstants(Standardization standardization) =>
        standardization.Scale.Zip(standardization.Offset).Any(feature => feature is (0, not 0));

    /// <summary>
    /// The scale of a constant feature is 0, and the difference from its offset, which sampling needs, may overflow: ∞ · 0 would be NaN.
    /// </summary>
    private static string Bounded(OnnxGraph graph, string centred) => graph.AddNode(
        "Clip", [centred, graph.AddInitializer($"{JemNames.Offset}.Lowest", [-float.MaxValue]), graph.AddInitializer($"{JemNames.Offset}.Highest", [float.MaxValue])]);

    private static string Clip(OnnxGraph graph, string scaled, string mark, float limit, string lowerName, string upperName)
    {
        limit = Math.Min(limit, JemGraph.Farthest);
        string clipped = graph.AddNode("Clip", [scaled, graph.AddInitializer(lowerName, [-limit]), graph.AddInitializer(upperName, [limit])]);
        return graph.AddNode("Add", [clipped, mark]);
    }

    /// <summary>
    /// Takes the standardisation out of a graph: its input is then standardised already. Clipping stays, at the same limit.
    /// </summary>
    public static void Remove(GraphProto graph)
    {
        NodeProto centring = graph.Node.Single(node => node.Input.Contains(JemNames.Offset));
        centring.Input[0] = JemNames.Features;

        // A constant feature keeps its scale of 0: the network has only ever seen 0 in its place.
        float[] scale = new OnnxWeights(graph).Get(JemNames.Scale).Values;
        Replace(graph, JemNames.Offset, new float[scale.Length]);
        Replace(graph, JemNames.Scale, Array.ConvertAll(scale, value => value == 0 ? 0f : 1f));
        OnnxPruning.RemoveUnread(graph);
    }

    private static void Replace(GraphProto graph, string name, float[] values)
    {
        TensorProto initializer = graph.Initializer.Single(tensor => tensor.Name == name);
        initializer.RawData = OnnxTensorData.Create(name, values, [values.Length]).RawData;
    }

    /// <summary>asinh((x − centre) · inverseSpread) for heavy-tailed features, x for the others.</summary>
    private static string Tame(OnnxGraph graph, string features, HeavyTails tails)
    {
        int width = tails.IsHeavy.Length;
        string name = JemNames.Tail;

        // x + share · (asinh(…) − x) with share 1 or 0 would turn an infinite asinh into NaN; Where keeps the branches apart.
        string share = graph.AddInitializer($"{name}.Share", Array.ConvertAll(tails.IsHeavy, heavy => heavy ? 1f : 0f), width);
        string isHeavy = graph.AddNode("Cast", [share], OnnxAttribute.Int("to", (long)OnnxType.Bool));
        string centred = graph.AddNode("Sub", [features, graph.AddInitializer($"{name}.Centre", tails.Centre, width)]);
        string spread = graph.AddNode("Mul", [centred, graph.AddInitializer($"{name}.InverseSpread", tails.InverseSpread, width)]);
        string bounded = graph.AddNode(
            "Clip", [spread, graph.AddInitializer($"{name}.Lowest", [-float.MaxValue]), graph.AddInitializer($"{name}.Highest", [float.MaxValue])]);
        return graph.AddNode("Where", [isHeavy, graph.AddNode("Asinh", [bounded]), features]);
    }
}

/// <summary>Names of the standardised features in the graph, [N, d].</summary>
/// <param name="Clipped">As the networks see them.</param>
/// <param name="Wide">As witnesses see them (<see cref="Witness.FeatureLimit"/>).</param>
internal readonly record struct StandardizedFeatures(string Clipped, string Wide);
