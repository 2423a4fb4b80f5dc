using Google.Protobuf;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Model.OnnxConverter;

namespace Microsoft.ML.Jem.Tests.MLNet;

/// <summary>What the package Microsoft.ML.OnnxConverter hands to each step of a pipeline: records nodes and initializers as an ONNX model.</summary>
internal sealed class RecordedContext(int opset) : OnnxContext
{
    private readonly GraphProto _graph = new() { Name = "pipeline" };
    private readonly Dictionary<string, string> _columns = [];
    private readonly HashSet<string> _variables = [];
    private readonly HashSet<string> _nodes = [];

    /// <summary>Operators of the standard's main domain that were written.</summary>
    public IEnumerable<string> Operators => _graph.Node.Where(node => node.Domain.Length == 0).Select(node => node.OpType);

    public static TensorProto.Types.DataType ElementType(Type type) => type switch
    {
        _ when type == typeof(float) => TensorProto.Types.DataType.Float,
        _ when type == typeof(uint) => TensorProto.Types.DataType.Uint32,
        _ when type == typeof(int) => TensorProto.Types.DataType.Int32,
        _ when type == typeof(long) => TensorProto.Types.DataType.Int64,
        _ when type == typeof(bool) => TensorProto.Types.DataType.Bool,
        _ when type == typeof(double) => TensorProto.Types.DataType.Double,
        _ when type == typeof(ReadOnlyMemory<char>) => TensorProto.Types.DataType.String,
        _ => throw new NotSupportedException($"No ONNX type for {type}."),
    };

    /// <summary>Declares a column of the source as an input of the graph.</summary>
    public void AddInput(DataViewType type, string column) => _graph.Input.Add(ValueOf(type, AddVariable(column)));

    /// <summary>Declares a column as an output of the graph, under its own name.</summary>
    public void AddOutput(DataViewSchema.Column column)
    {
        string output = AddVariable(column.Name + ".output");
        CreateNode("Identity", _columns[column.Name], output, GetNodeName("Identity"), "");
        _graph.Output.Add(ValueOf(column.Type, output));
    }

    public byte[] ToBytes()
    {
        var model = new ModelProto { IrVersion = 6, Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 2 });
        return model.ToByteArray();
    }

    public override string GetNodeName(string prefix) => Unique(prefix, _nodes);

    public override bool IsVariableDefined(string variableName) => _variables.Contains(variableName);

    public override bool ContainsColumn(string colName) => _columns.ContainsKey(colName);

    public override void CheckOpSetVersion(int thisTransformerMinumumOpSetVersion, string registerTransformerName) =>
        ArgumentOutOfRangeException.ThrowIfLessThan(opset, thisTransformerMinumumOpSetVersion);

    public override void RemoveColumn(string colName, bool removeVariable = false) => _columns.Remove(colName);

    public override void RemoveVariable(string variableName, bool removeColumn) =>
        _columns.Remove(_columns.Single(column => column.Value == variableName).Key);

    public override void RemoveInputVariable(string variableName) => _graph.Input.Remove(_graph.Input.Single(input => input.Name == variableName));

    public override string GetVariableName(string colName) => _columns[colName];

    public override string AddIntermediateVariable(DataViewType type, string colName, bool skip = false)
    {
        string name = AddVariable(colName);
        if (!skip)
            _graph.ValueInfo.Add(ValueOf(type, name));
        return name;
    }

    public override OnnxNode CreateNode(string opType, IEnumerable<string> inputs, IEnumerable<string> outputs, string name, string? domain = null)
    {
        var node = new NodeProto { OpType = opType, Name = name, Domain = domain ?? "ai.onnx.ml" };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        _graph.Node.Add(node);
        return new RecordedNode(node);
    }

    public override OnnxVersion GetOnnxVersion() => OnnxVersion.Stable;

    public override List<long>? RetrieveShapeOrNull(string variableName) =>
        _graph.Input.Concat(_graph.ValueInfo).FirstOrDefault(value => value.Name == variableName)?.Type.TensorType.Shape.Dim
            .Select(dimension => dimension.HasDimParam ? -1 : dimension.DimValue).ToList();

    public override string AddInitializer(bool value, string? name = null, bool makeUniqueName = true) => throw Unused();

    public override string AddInitializer(float value, string? name = null, bool makeUniqueName = true) => Add(name, tensor => tensor.FloatData.Add(value), typeof(float), []);

    public override string AddInitializer(int value, Type type, string? name = null, bool makeUniqueName = true) => throw Unused();

    public override string AddInitializer(string value, string? name = null, bool makeUniqueName = true) => throw Unused();

    public override string AddInitializer(long value, string? name = null, bool makeUniqueName = true) => Add(name, tensor => tensor.Int64Data.Add(value), typeof(long), []);

    public override string AddInitializer(double value, string? name = null, bool makeUniqueName = true) => throw Unused();

    public override string AddInitializer(ulong value, bool isUint64, string? name = null, bool makeUniqueName = true) => throw Unused();

    public override string AddInitializer(IEnumerable<bool> values, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true) => throw Unused();

    public override string AddInitializer(IEnumerable<float> values, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true)
    {
        Assert.Equal(values.Count(), dims.Aggregate((product, size) => product * size));
        return Add(name, tensor => tensor.FloatData.Add(values), typeof(float), dims);
    }

    public override string AddInitializer(IEnumerable<int> values, Type type, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true) => throw Unused();

    public override string AddInitializer(IEnumerable<string> values, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true) =>
        Add(name, tensor => tensor.StringData.Add(values.Select(ByteString.CopyFromUtf8)), typeof(ReadOnlyMemory<char>), dims);

    public override string AddInitializer(IEnumerable<long> values, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true)
    {
        Assert.Equal(values.Count(), dims.Aggregate((product, size) => product * size));
        return Add(name, tensor => tensor.Int64Data.Add(values), typeof(long), dims);
    }

    public override string AddInitializer(IEnumerable<double> values, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true) => throw Unused();

    public override string AddInitializer(IEnumerable<ulong> values, bool isUint64, IEnumerable<long> dims, string? name = null, bool makeUniqueName = true) => throw Unused();

    private static NotSupportedException Unused() => new("No step of the pipelines tested here adds such an initializer.");

    private static string Unique(string prefix, HashSet<string> names)
    {
        string name = prefix;
        for (int i = 0; !names.Add(name); i++)
            name = prefix + i;
        return name;
    }

    /// <summary>Rows of a column: scalars are [N, 1], vectors [N, d, …].</summary>
    private static ValueInfoProto ValueOf(DataViewType type, string name)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        foreach (int size in type is VectorDataViewType vector ? [.. vector.Dimensions] : new[] { 1 })
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        int element = (int)ElementType(((type as VectorDataViewType)?.ItemType ?? type).RawType);
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = element, Shape = shape } } };
    }

    private string AddVariable(string column) => _columns[column] = Unique(column, _variables);

    private string Add(string? name, Action<TensorProto> fill, Type type, IEnumerable<long> dims)
    {
        var tensor = new TensorProto { Name = AddVariable(name ?? "initializer"), DataType = (int)ElementType(type) };
        tensor.Dims.Add(dims);
        fill(tensor);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }
}
