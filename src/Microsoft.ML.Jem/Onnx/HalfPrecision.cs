using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Stores the weights of networks in half precision, which halves the file; runtimes widen them again as they load it.</summary>
/// <remarks>
/// Matrices of the networks are rounded, and those values beside them that the caller names (hidden directions). What calibrates them stays exact: standardisation, densities,
/// surprise curves and conformal tables.
/// </remarks>
internal static class HalfPrecision
{
    private const string Suffix = ".float16";

    /// <summary>The name the weights are known by in the graph, whatever precision they are stored in.</summary>
    public static string NameOf(TensorProto tensor) =>
        tensor.DataType == (int)OnnxType.Float16 && tensor.Name.EndsWith(Suffix, StringComparison.Ordinal)
            ? tensor.Name[..^Suffix.Length]
            : tensor.Name;

    /// <summary>Rounds the weights and widens them by a Cast where the graph reads them.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="canRound">Whether a matrix of that name may be rounded, one of our own names; those of networks always may.</param>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    public static void Apply(GraphProto graph, Predicate<string> canRound)
    {
        var weights = new OnnxWeights(graph);
        int casts = 0;
        for (int i = 0; i < graph.Initializer.Count; i++)
        {
            TensorProto tensor = graph.Initializer[i];
            if (!IsMatrix(tensor) || (JemNames.IsReserved(tensor.Name) && !canRound(tensor.Name)) || weights.Get(tensor.Name) is not { } exact || Array.Exists(exact.Values, Overflows))
                continue;

            graph.Initializer[i] = OnnxTensorData.CreateHalf(tensor.Name + Suffix, exact.Values, exact.Shape);
            var cast = new NodeProto { Name = tensor.Name, OpType = "Cast" };
            cast.Input.Add(tensor.Name + Suffix);
            cast.Output.Add(tensor.Name);
            cast.Attribute.Add(OnnxAttribute.Int("to", (long)OnnxType.Float).ToProto());
            graph.Node.Insert(casts++, cast);
        }
    }

    /// <summary>Stores rounded weights as floats again, without the Cast.</summary>
    /// <exception cref="InvalidDataException">The weights are damaged.</exception>
    public static void Undo(GraphProto graph)
    {
        var weights = new OnnxWeights(graph);
        var widened = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < graph.Initializer.Count; i++)
        {
            string name = NameOf(graph.Initializer[i]);
            if (name == graph.Initializer[i].Name)
                continue;
            OnnxTensor tensor = weights.Get(name);
            graph.Initializer[i] = OnnxTensorData.Create(name, tensor.Values, tensor.Shape);
            widened.Add(name);
        }

        NodeProto[] nodes = [.. graph.Node.Where(node => !widened.Contains(node.Output[0]))];
        graph.Node.Clear();
        graph.Node.Add(nodes);
    }

    private static bool IsMatrix(TensorProto tensor) => tensor.DataType == (int)OnnxType.Float && tensor.Dims.Count >= 2;

    private static bool Overflows(float value) => Math.Abs(value) > (float)Half.MaxValue;
}
