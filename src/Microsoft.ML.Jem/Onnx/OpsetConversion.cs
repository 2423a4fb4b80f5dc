using System.Globalization;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Rewrites a graph for another version of the standard operators, so that networks write themselves only once.</summary>
/// <remarks>
/// Between 9 and 21 few operators changed their form: the axes of reductions and of Squeeze moved from an attribute to an input
/// (ReduceSum and Squeeze at 13, the others at 18), Clip's limits likewise at 11, Gemm's bias became optional at 11, and
/// GreaterOrEqual came with 12. What is written for 9 is valid up to 12.
/// </remarks>
internal static class OpsetConversion
{
    /// <summary>The lowest version a graph can be rewritten for.</summary>
    public const int Lowest = 9;

    /// <summary>Operators whose form and meaning are the same from 9 to 21.</summary>
    private static readonly HashSet<string> Unchanged = new(StringComparer.Ordinal)
    {
        "Abs", "Add", "And", "ArgMax", "Asinh", "AveragePool", "Cast", "Concat", "Conv", "Cos", "Div", "Elu", "Erf", "Exp", "Expand",
        "Flatten", "Gather", "GlobalAveragePool", "GlobalMaxPool", "Greater", "HardSigmoid", "Identity", "IsNaN", "LeakyRelu", "Less",
        "Log", "MatMul", "Max", "MaxPool", "Mean", "Min", "Mul", "Neg", "Not", "Or", "Pow", "Reciprocal", "Relu", "Reshape", "Selu",
        "Shape", "Sigmoid", "Sign", "Sin", "Softplus", "Softsign", "Sqrt", "Sub", "Sum", "Tanh", "ThresholdedRelu", "Transpose", "Where",
    };

    /// <summary>Rewrites a model for the operator set <paramref name="to"/>.</summary>
    /// <exception cref="NotSupportedException">An operator is not known to have a counterpart in that version.</exception>
    public static void Convert(ModelProto model, int to)
    {
        OperatorSetIdProto standard = model.OpsetImport.Single(set => set.Domain.Length == 0);
        model.Graph = Convert(model.Graph, (int)standard.Version, to);
        standard.Version = to;
        model.IrVersion = OnnxGraph.IrVersion(to);
    }

    /// <summary>The graph for the operator set <paramref name="to"/>; the one given is left as it is.</summary>
    /// <param name="graph">A graph written for <paramref name="from"/>.</param>
    /// <param name="from">13 to 21.</param>
    /// <param name="to">9 to 21.</param>
    /// <exception cref="NotSupportedException">An operator is not known to have a counterpart in that version.</exception>
    public static GraphProto Convert(GraphProto graph, int from, int to)
    {
        GraphProto converted = graph.Clone();
        if (from == to)
            return converted;

        NodeProto[] nodes = [.. converted.Node];
        converted.Node.Clear();
        var axes = new OnnxAxes(converted);
        foreach (NodeProto node in nodes)
            converted.Node.Add(Convert(node, axes, from, to));
        OnnxPruning.RemoveUnread(converted);
        return converted;
    }

    private static IEnumerable<NodeProto> Convert(NodeProto node, OnnxAxes axes, int from, int to)
    {
        switch (node.OpType)
        {
            case "ReduceSum" or "Squeeze" or "Unsqueeze":
                return [axes.Place(node, asInput: to >= 13)];
            case "ReduceL1" or "ReduceL2" or "ReduceLogSum" or "ReduceLogSumExp" or "ReduceMax" or "ReduceMean" or "ReduceMin" or "ReduceProd" or "ReduceSumSquare":
                return [axes.Place(node, asInput: to >= 18)];
            case "Softmax" or "LogSoftmax":
                return [SoftmaxOverColumns(node)];
            case "Clip":
                return to >= 11 ? [node] : Bounded(node);
            case "Gemm":
                return to >= 11 || node.Input.Count == 3 ? [node] : [WithBias(node, axes)];
            case "GreaterOrEqual":
                return to >= 12 ? [node] : NotLess(node);
            default:
                if (Unchanged.Contains(node.OpType) && node.Domain.Length == 0)
                    return [node];
                throw new NotSupportedException(
                    $"The network uses the ONNX operator '{node.OpType}', which is not known to mean the same in operator set {to} as in {from}, for which it was written. Export with operator set {from}.");
        }
    }

    /// <summary>
    /// Before 13 Softmax works on all dimensions from its axis on, and without axis from dimension 1. Over the last dimension, and
    /// over the columns of a matrix, that makes no difference.
    /// </summary>
    private static NodeProto SoftmaxOverColumns(NodeProto node)
    {
        if (node.Attribute.All(attribute => attribute.Name != "axis"))
            node.Attribute.Add(OnnxAttribute.Int("axis", -1).ToProto());
        return node.Attribute.Single(attribute => attribute.Name == "axis").I is 1 or -1
            ? node
            : throw new NotSupportedException($"{node.OpType} means the same in all operator sets only over the columns of a matrix or over the last dimension (axis 1 or -1).");
    }

    /// <summary>Clip(x, low, high) = Max(Min(x, high), low).</summary>
    private static NodeProto[] Bounded(NodeProto clip)
    {
        string output = clip.Output[0], below = $"{output}.Below";
        return clip.Input.Count == 3
            ? [Node("Min", below, clip.Input[0], clip.Input[2]), Node("Max", output, below, clip.Input[1])]
            : throw new NotSupportedException("Clip without both limits cannot be written before operator set 11.");
    }

    private static NodeProto WithBias(NodeProto gemm, OnnxAxes values)
    {
        gemm.Input.Add(values.Zero());
        return gemm;
    }

    /// <summary>a ≥ b, that is neither a &lt; b nor one of them NaN.</summary>
    private static NodeProto[] NotLess(NodeProto node)
    {
        string output = node.Output[0], a = node.Input[0], b = node.Input[1];
        return
        [
            Node("Less", $"{output}.Less", a, b),
            Node("IsNaN", $"{output}.FirstNaN", a),
            Node("IsNaN", $"{output}.SecondNaN", b),
            Node("Or", $"{output}.NaN", $"{output}.FirstNaN", $"{output}.SecondNaN"),
            Node("Or", $"{output}.Not", $"{output}.Less", $"{output}.NaN"),
            Node("Not", output, $"{output}.Not"),
        ];
    }

    private static NodeProto Node(string operatorType, string output, params ReadOnlySpan<string> inputs)
    {
        var node = new NodeProto { Name = output, OpType = operatorType };
        foreach (string input in inputs)
            node.Input.Add(input);
        node.Output.Add(output);
        return node;
    }
}

/// <summary>Moves the axes of operators between an attribute and an input, and keeps the constants that takes.</summary>
internal sealed class OnnxAxes(GraphProto graph)
{
    private const string Attribute = "axes";
    private const string ZeroName = JemNames.Prefix + "NoBias";

    private readonly Dictionary<string, TensorProto> _initializers = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

    /// <summary>The node with its axes where they are wanted; a node without axes works on all dimensions and stays as it is.</summary>
    public NodeProto Place(NodeProto node, bool asInput)
    {
        AttributeProto? attribute = node.Attribute.FirstOrDefault(candidate => candidate.Name == Attribute);
        if (asInput && attribute is not null)
        {
            node.Attribute.Remove(attribute);
            node.Input.Add(Constant(attribute.Ints));
        }
        else if (!asInput && node.Input.Count == 2)
        {
            node.Attribute.Add(OnnxAttribute.Ints(Attribute, Values(node, node.Input[1])).ToProto());
            node.Input.RemoveAt(1);
        }

        return node;
    }

    /// <summary>Name of a bias that adds nothing.</summary>
    public string Zero() => Add(ZeroName, () => OnnxTensorData.Create(ZeroName, [0f], [1]));

    private string Constant(IEnumerable<long> axes)
    {
        string name = JemNames.Axis + string.Join('_', axes.Select(axis => axis.ToString(CultureInfo.InvariantCulture)));
        long[] values = [.. axes];
        return Add(name, () => OnnxTensorData.Create(name, values, [values.Length]));
    }

    private string Add(string name, Func<TensorProto> create)
    {
        if (_initializers.TryAdd(name, create()))
            graph.Initializer.Add(_initializers[name]);
        return name;
    }

    private long[] Values(NodeProto node, string name)
    {
        if (!_initializers.TryGetValue(name, out TensorProto? tensor) || tensor.DataType != (int)OnnxType.Int64)
            throw new NotSupportedException($"The axes of {node.OpType} '{node.Name}' are computed, which no operator set below 13 allows (18 for reductions other than ReduceSum). Store them as an initializer.");
        return OnnxTensorData.Integers(tensor);
    }
}
