using System.Buffers;
using Google.Protobuf;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>An ONNX graph under construction: a network writes its weights and operators into it, in the order they run.</summary>
/// <remarks>
/// Values are known by name. <see cref="AddInitializer(string, ReadOnlySpan{float}, ReadOnlySpan{long})"/> stores weights,
/// <see cref="AddNode(string, ReadOnlySpan{string}, ReadOnlySpan{OnnxAttribute})"/> applies an operator and returns the name of
/// its result. A linear layer with an activation reads
/// <code>
/// string w = graph.AddInitializer("weight", weight, outputs, inputs);
/// string b = graph.AddInitializer("bias", bias, outputs);
/// string linear = graph.AddNode("Gemm", [input, w, b], OnnxAttribute.Int("transB", 1));
/// string hidden = graph.AddNode("Relu", [linear]);
/// </code>
/// The same calls in the same order give the same bytes. Not safe for concurrent use.
/// </remarks>
public sealed class OnnxGraph
{
    /// <summary>The lowest version of the standard operators a graph can be written for.</summary>
    internal const int LowestOpset = 13;

    /// <summary>The highest version of the standard operators a graph can be written for.</summary>
    internal const int HighestOpset = 21;

    /// <summary>The version written where none is asked for.</summary>
    internal const int DefaultOpset = 17;

    private readonly GraphProto _graph;
    private readonly List<StringStringEntryProto> _metadata = [];
    private readonly HashSet<string> _values = new(StringComparer.Ordinal);
    private readonly List<IDisposable> _owned = [];
    private int _lastNode;

    /// <summary>What is put before the names of initializers, so that several networks can live in one graph.</summary>
    internal string Scope { get; set; } = "";

    /// <summary>Names of the initializers, in the order they were added.</summary>
    internal IEnumerable<string> InitializerNames => _graph.Initializer.Select(tensor => tensor.Name);

    /// <summary>Starts an empty graph.</summary>
    /// <param name="name">The graph's name.</param>
    /// <param name="opset">Version of the standard operators, <see cref="LowestOpset"/> to <see cref="HighestOpset"/>.</param>
    internal OnnxGraph(string name, int opset = DefaultOpset)
    {
        if (opset is < LowestOpset or > HighestOpset)
            throw new ArgumentOutOfRangeException(nameof(opset), opset, $"The ONNX operator set must lie between {LowestOpset} and {HighestOpset}.");
        _graph = new GraphProto { Name = name };
        Opset = opset;
    }

    /// <summary>Version of the standard ONNX operators (default domain) this graph is written for, 13 to 21; 17 unless the export asked otherwise.</summary>
    /// <remarks>
    /// Most operators mean the same in all of these. The reductions but ReduceSum do not: their <c>axes</c> are an attribute
    /// before 18 and an input from 18 on.
    /// </remarks>
    public int Opset { get; }

    /// <summary>Stores float weights under a name.</summary>
    /// <param name="name">The weights' name, unused so far. It stays in the file, so that weights can be found again. Names that begin with <c>Jem.</c> are reserved.</param>
    /// <param name="values">The weights in row-major order; they are copied.</param>
    /// <param name="shape">Size of each dimension; none for a scalar.</param>
    /// <returns>The name to refer to it by: <paramref name="name"/>, with the ensemble member's prefix where there is one.</returns>
    /// <exception cref="ArgumentException">The name is empty or used already, or the shape does not hold as many values as given.</exception>
    public string AddInitializer(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        AddInitializer(OnnxTensorData.Create(Scope + name, values, shape));

    /// <summary>Stores float weights, little-endian, without a copy of them.</summary>
    /// <param name="name">The weights' name, unused so far.</param>
    /// <param name="values">The weights; taken over, and disposed by <see cref="Release"/>.</param>
    /// <param name="shape">Size of each dimension; none for a scalar.</param>
    internal string AddInitializer(string name, IMemoryOwner<byte> values, params ReadOnlySpan<long> shape)
    {
        _owned.Add(values);
        return AddInitializer(OnnxTensorData.Create(Scope + name, values.Memory, shape));
    }

    /// <summary>Stores integers, such as shapes, axes or indices, under a name.</summary>
    /// <param name="name">The values' name, unused so far. Names that begin with <c>Jem.</c> are reserved.</param>
    /// <param name="values">The values in row-major order; they are copied.</param>
    /// <param name="shape">Size of each dimension; none for a scalar.</param>
    /// <returns>The name to refer to it by: <paramref name="name"/>, with the ensemble member's prefix where there is one.</returns>
    /// <exception cref="ArgumentException">The name is empty or used already, or the shape does not hold as many values as given.</exception>
    public string AddInitializer(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        AddInitializer(OnnxTensorData.Create(Scope + name, values, shape));

    /// <summary>Applies a standard ONNX operator that has one result.</summary>
    /// <param name="operatorType">The operator, such as <c>Gemm</c>, <c>Conv</c> or <c>Relu</c>.</param>
    /// <param name="inputs">Names of values that exist already; an empty name leaves out an optional input.</param>
    /// <param name="attributes">The operator's attributes; those left out take the operator's default.</param>
    /// <returns>The name of the result, made up by the graph.</returns>
    /// <exception cref="ArgumentException">The operator's name is empty, an input does not exist, or an attribute is given twice.</exception>
    public string AddNode(string operatorType, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        string output;
        do
            output = $"{operatorType}_{++_lastNode}";
        while (_values.Contains(output));
        return AddNode(operatorType, inputs, output, attributes);
    }

    /// <summary>Applies an operator whose result gets the name <paramref name="output"/>.</summary>
    internal string AddNode(string operatorType, ReadOnlySpan<string> inputs, string output, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        ArgumentException.ThrowIfNullOrEmpty(operatorType);
        var node = new NodeProto { Name = output, OpType = operatorType };
        foreach (string input in inputs)
        {
            if (input.Length > 0 && !_values.Contains(input))
                throw new ArgumentException($"The ONNX operator {operatorType} reads '{input}', which does not exist yet. Add the initializer or the node that makes it first.", nameof(inputs));
            node.Input.Add(input);
        }

        foreach (OnnxAttribute attribute in attributes)
        {
            if (node.Attribute.Any(other => other.Name == attribute.Name))
                throw new ArgumentException($"The ONNX operator {operatorType} is given the attribute '{attribute.Name}' twice.", nameof(attributes));
            node.Attribute.Add(attribute.ToProto());
        }

        Declare(output);
        node.Output.Add(output);
        _graph.Node.Add(node);
        return output;
    }

    /// <summary>Declares a value the caller of the graph hands in; its first dimension is the number of rows, <c>N</c>.</summary>
    internal string AddInput(string name, OnnxType type, params ReadOnlySpan<long> rowShape)
    {
        Declare(name);
        _graph.Input.Add(OnnxTensorData.RowsOf(name, type, rowShape));
        return name;
    }

    /// <summary>Declares that the value <paramref name="name"/> is a result of the graph; its first dimension is the number of rows, <c>N</c>.</summary>
    internal void AddOutput(string name, OnnxType type, params ReadOnlySpan<long> rowShape)
    {
        if (!_values.Contains(name))
            throw new ArgumentException($"The ONNX output '{name}' does not exist in the graph.", nameof(name));
        _graph.Output.Add(OnnxTensorData.RowsOf(name, type, rowShape));
    }

    /// <summary>Whether a value of that name exists.</summary>
    internal bool Contains(string name) => _values.Contains(name);

    /// <summary>Adds one line of metadata to the file.</summary>
    internal void AddMetadata(string key, string value)
    {
        if (_metadata.Any(entry => entry.Key == key))
            throw new ArgumentException($"The ONNX metadata '{key}' is given twice.", nameof(key));
        _metadata.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    /// <summary>The graph as an ONNX model.</summary>
    internal ModelProto ToModel(string producerName = "", string producerVersion = "")
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion(Opset),
            ProducerName = producerName,
            ProducerVersion = producerVersion,
            Graph = _graph.Clone(),
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        model.MetadataProps.Add(_metadata.Select(entry => entry.Clone()));
        return model;
    }

    /// <summary>Frees weights that were not copied, once the graph is written: neither it nor its models can be written again.</summary>
    internal void Release()
    {
        foreach (IDisposable values in _owned)
            values.Dispose();
        _owned.Clear();
    }

    /// <summary>The bytes of the ONNX file.</summary>
    internal byte[] ToBytes(string producerName = "", string producerVersion = "") => ToModel(producerName, producerVersion).ToByteArray();

    private string AddInitializer(TensorProto tensor)
    {
        Declare(tensor.Name);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private void Declare(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_values.Add(name))
            throw new ArgumentException($"The ONNX graph already holds a value named '{name}'. Names must be unique.", nameof(name));
    }

    /// <summary>The lowest file format version that may carry the operator set (ONNX's table of released versions).</summary>
    internal static int IrVersion(int opset) => opset switch
    {
        <= 14 => 7,
        <= 18 => 8,
        <= 20 => 9,
        _ => 10,
    };
}
