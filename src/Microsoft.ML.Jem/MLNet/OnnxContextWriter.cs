using Microsoft.ML.Data;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Model.OnnxConverter;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Copies a graph into the one ML.NET's <c>ConvertToOnnx</c> builds of a whole pipeline.</summary>
/// <remarks>
/// The graph must be written for operator set 9, whose forms are valid up to 12, all that ML.NET writes. ML.NET knows a value by
/// its column, so everything in between gets a name no column has.
/// </remarks>
internal sealed class OnnxContextWriter(OnnxContext context)
{
    private const string Prefix = "Jem.";
    private const string StandardDomain = "";

    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    /// <summary>Copies initializers and nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">Name of the graph's one input.</param>
    /// <param name="variable">The variable of the context to read in its place.</param>
    public void Copy(GraphProto graph, string input, string variable)
    {
        _variables[input] = variable;
        foreach (TensorProto tensor in graph.Initializer)
            _variables[tensor.Name] = AddInitializer(tensor);
        foreach (NodeProto node in graph.Node)
        {
            OnnxNode copy = context.CreateNode(
                node.OpType, [.. node.Input.Select(Variable)], [.. node.Output.Select(Declare)], context.GetNodeName(Prefix + node.OpType), StandardDomain);
            foreach (AttributeProto attribute in node.Attribute)
                Copy(attribute, copy);
        }
    }

    /// <summary>The context's variable for a value of the graph.</summary>
    public string Variable(string value) => value.Length == 0 ? value : _variables[value];

    /// <summary>Adds a node that reads and makes variables of the context.</summary>
    public OnnxNode AddNode(string operatorType, string output, params string[] inputs) =>
        context.CreateNode(operatorType, inputs, [output], context.GetNodeName(Prefix + operatorType), StandardDomain);

    /// <summary>A new variable between columns.</summary>
    public string NewVariable(string name) => context.AddIntermediateVariable(NumberDataViewType.Single, Prefix + name, skip: true);

    private string Declare(string value) => _variables[value] = NewVariable(value);

    private string AddInitializer(TensorProto tensor)
    {
        string name = Prefix + tensor.Name;
        if (tensor.DataType == (int)OnnxType.Int64)
        {
            long[] integers = OnnxTensorData.Integers(tensor);
            return tensor.Dims.Count == 0 ? context.AddInitializer(integers[0], name) : context.AddInitializer(integers, tensor.Dims, name);
        }

        var holder = new GraphProto();
        holder.Initializer.Add(tensor);
        float[] values = new OnnxWeights(holder).Get(HalfPrecision.NameOf(tensor)).Values;
        return tensor.Dims.Count == 0 ? context.AddInitializer(values[0], name) : context.AddInitializer(values, tensor.Dims, name);
    }

    private static void Copy(AttributeProto attribute, OnnxNode node)
    {
        switch (attribute.Type)
        {
            case AttributeProto.Types.AttributeType.Int:
                node.AddAttribute(attribute.Name, attribute.I);
                break;
            case AttributeProto.Types.AttributeType.Float:
                node.AddAttribute(attribute.Name, (double)attribute.F);
                break;
            case AttributeProto.Types.AttributeType.String:
                node.AddAttribute(attribute.Name, attribute.S.ToStringUtf8());
                break;
            case AttributeProto.Types.AttributeType.Ints:
                node.AddAttribute(attribute.Name, attribute.Ints);
                break;
            default:
                throw new NotSupportedException($"The attribute '{attribute.Name}' has the type {attribute.Type}, which no operator of a network here uses.");
        }
    }
}
