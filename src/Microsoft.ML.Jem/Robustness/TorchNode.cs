using Microsoft.ML.Jem.Onnx.Proto;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Robustness;

/// <summary>A node of a graph with the values of its inputs.</summary>
internal readonly struct TorchNode(NodeProto node, IReadOnlyDictionary<string, Tensor> values)
{
    /// <summary>What the node computes.</summary>
    public string OperatorType => node.OpType;

    /// <summary>Number of inputs, omitted ones in between included.</summary>
    public int InputCount => node.Input.Count;

    /// <summary>The value of an input.</summary>
    public Tensor this[int index] => values[node.Input[index]];

    /// <summary>Whether an optional input is there.</summary>
    public bool Has(int index) => index < node.Input.Count && node.Input[index].Length > 0;

    /// <summary>The whole numbers in a constant input, such as axes or a shape.</summary>
    public long[] Integers(int index) => this[index].data<long>().ToArray();

    /// <summary>An attribute that holds one integer.</summary>
    public long Integer(string name, long byDefault) => Find(name)?.I ?? byDefault;

    /// <summary>An attribute that holds a list of integers.</summary>
    public long[]? Integers(string name) => Find(name) is { } attribute ? [.. attribute.Ints] : null;

    /// <summary>An attribute that holds one float.</summary>
    public double Number(string name, double byDefault) => Find(name)?.F ?? byDefault;

    /// <summary>The axes a node works along: an attribute in older operator sets, the second input in newer ones.</summary>
    public long[] Axes() => Has(1) ? Integers(1) : Integers("axes") ?? [];

    private AttributeProto? Find(string name)
    {
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (attribute.Name == name)
                return attribute;
        }

        return null;
    }
}
