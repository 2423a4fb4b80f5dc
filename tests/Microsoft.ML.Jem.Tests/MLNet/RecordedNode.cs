using Google.Protobuf;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Model.OnnxConverter;

namespace Microsoft.ML.Jem.Tests.MLNet;

/// <summary>A node of a <see cref="RecordedContext"/>.</summary>
internal sealed class RecordedNode(NodeProto node) : OnnxNode
{
    public override void AddAttribute(string argName, double value) => Add(OnnxAttribute.Float(argName, (float)value).ToProto());

    public override void AddAttribute(string argName, long value) => Add(OnnxAttribute.Int(argName, value).ToProto());

    public override void AddAttribute(string argName, ReadOnlyMemory<char> value) => AddAttribute(argName, value.ToString());

    public override void AddAttribute(string argName, string value) => Add(OnnxAttribute.Text(argName, value).ToProto());

    public override void AddAttribute(string argName, bool value) => AddAttribute(argName, value ? 1L : 0L);

    public override void AddAttribute(string argName, IEnumerable<double> value) => AddAttribute(argName, value.Select(number => (float)number));

    public override void AddAttribute(string argName, IEnumerable<float> value)
    {
        var attribute = new AttributeProto { Name = argName, Type = AttributeProto.Types.AttributeType.Floats };
        attribute.Floats.Add(value);
        Add(attribute);
    }

    public override void AddAttribute(string argName, IEnumerable<long> value) => Add(OnnxAttribute.Ints(argName, [.. value]).ToProto());

    public override void AddAttribute(string argName, IEnumerable<ReadOnlyMemory<char>> value) => AddAttribute(argName, value.Select(text => text.ToString()));

    public override void AddAttribute(string argName, string[] value) => AddAttribute(argName, (IEnumerable<string>)value);

    public override void AddAttribute(string argName, IEnumerable<string> value)
    {
        var attribute = new AttributeProto { Name = argName, Type = AttributeProto.Types.AttributeType.Strings };
        attribute.Strings.Add(value.Select(ByteString.CopyFromUtf8));
        Add(attribute);
    }

    public override void AddAttribute(string argName, IEnumerable<bool> value) => AddAttribute(argName, value.Select(flag => flag ? 1L : 0L));

    public override void AddAttribute(string argName, Type t) => AddAttribute(argName, (long)RecordedContext.ElementType(t));

    private void Add(AttributeProto attribute) => node.Attribute.Add(attribute);
}
