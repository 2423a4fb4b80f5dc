using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Turns values and shapes into ONNX tensors.</summary>
/// <remarks>ONNX stores little-endian values, and every processor that ONNX Runtime or libtorch is built for has them so in memory.</remarks>
internal static class OnnxTensorData
{
    /// <summary>The first dimension of every input and output: the number of rows, known only when the graph runs.</summary>
    public const string RowDimension = "N";

    public static TensorProto Create(string name, ReadOnlySpan<float> values, ReadOnlySpan<long> shape) =>
        Create(name, OnnxType.Float, values.Length, MemoryMarshal.AsBytes(values).ToArray(), shape);

    /// <summary>Single-precision values, little-endian, which are not copied: they must stay as they are until the tensor is written.</summary>
    public static TensorProto Create(string name, ReadOnlyMemory<byte> raw, ReadOnlySpan<long> shape) =>
        Create(name, OnnxType.Float, raw.Length / sizeof(float), raw, shape);

    public static TensorProto Create(string name, ReadOnlySpan<long> values, ReadOnlySpan<long> shape) =>
        Create(name, OnnxType.Int64, values.Length, MemoryMarshal.AsBytes(values).ToArray(), shape);

    /// <summary>Half-precision values, rounded to the nearest.</summary>
    public static TensorProto CreateHalf(string name, ReadOnlySpan<float> values, ReadOnlySpan<long> shape)
    {
        var halves = new Half[values.Length];
        TensorPrimitives.ConvertToHalf(values, halves);
        return Create(name, OnnxType.Float16, halves.Length, MemoryMarshal.AsBytes(halves.AsSpan()).ToArray(), shape);
    }

    /// <summary>Texts, one-dimensional.</summary>
    public static TensorProto Create(string name, IReadOnlyCollection<string> values)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)OnnxType.Text };
        tensor.Dims.Add(values.Count);
        tensor.StringData.Add(values.Select(ByteString.CopyFromUtf8));
        return tensor;
    }

    /// <summary>Decodes single-precision values.</summary>
    public static void Read(ReadOnlySpan<byte> raw, Span<float> values) => raw.CopyTo(MemoryMarshal.AsBytes(values));

    /// <summary>Decodes half-precision values.</summary>
    public static void ReadHalf(ReadOnlySpan<byte> raw, Span<float> values) =>
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(raw), values);

    /// <summary>The values of a tensor of type <see cref="OnnxType.Int64"/>.</summary>
    public static long[] Integers(TensorProto tensor) => MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray();

    /// <summary>The type of a value with a row dimension of unknown size before <paramref name="rowShape"/>.</summary>
    public static ValueInfoProto RowsOf(string name, OnnxType type, ReadOnlySpan<long> rowShape)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = RowDimension });
        foreach (long size in rowShape)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static TensorProto Create(string name, OnnxType type, int count, ReadOnlyMemory<byte> raw, ReadOnlySpan<long> shape)
    {
        long expected = 1;
        foreach (long size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
            expected = checked(expected * size);
        }

        if (expected != count)
            throw new ArgumentException($"The ONNX initializer '{name}' has {count} values, but its shape [{string.Join(", ", shape.ToArray())}] holds {expected}.", nameof(shape));

        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(raw) };
        foreach (long size in shape)
            tensor.Dims.Add(size);
        return tensor;
    }
}
