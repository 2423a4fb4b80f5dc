using System.Globalization;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

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
