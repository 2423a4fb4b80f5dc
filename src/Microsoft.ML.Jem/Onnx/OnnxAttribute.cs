using Google.Protobuf;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>A named constant of an ONNX node, such as <c>alpha</c> of LeakyRelu or <c>strides</c> of Conv.</summary>
/// <remarks>
/// Names, types and defaults are those of the operator's definition in the ONNX standard
/// (<see href="https://onnx.ai/onnx/operators/"/>).
/// </remarks>
public sealed class OnnxAttribute
{
    private readonly AttributeProto _attribute;

    private OnnxAttribute(AttributeProto attribute)
    {
        ArgumentException.ThrowIfNullOrEmpty(attribute.Name, "name");
        _attribute = attribute;
    }

    /// <summary>The attribute's name.</summary>
    public string Name => _attribute.Name;

    /// <summary>An attribute that holds one integer.</summary>
    /// <param name="name">The attribute's name, not empty.</param>
    /// <param name="value">Its value.</param>
    public static OnnxAttribute Int(string name, long value) =>
        new(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value });

    /// <summary>An attribute that holds a list of integers.</summary>
    /// <param name="name">The attribute's name, not empty.</param>
    /// <param name="values">Its values, in order; they are copied.</param>
    public static OnnxAttribute Ints(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (long value in values)
            attribute.Ints.Add(value);
        return new OnnxAttribute(attribute);
    }

    /// <summary>An attribute that holds one float.</summary>
    /// <param name="name">The attribute's name, not empty.</param>
    /// <param name="value">Its value.</param>
    public static OnnxAttribute Float(string name, float value) =>
        new(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value });

    /// <summary>An attribute that holds a text, such as <c>auto_pad</c> of Conv.</summary>
    /// <param name="name">The attribute's name, not empty.</param>
    /// <param name="value">Its value, stored as UTF-8.</param>
    public static OnnxAttribute Text(string name, string value) =>
        new(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) });

    internal AttributeProto ToProto() => _attribute.Clone();
}
