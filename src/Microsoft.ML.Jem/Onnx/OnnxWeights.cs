using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Float weights read from a model file.</summary>
/// <param name="Values">The weights in row-major order.</param>
/// <param name="Shape">Size of each dimension.</param>
internal sealed record OnnxTensor(float[] Values, long[] Shape);

/// <summary>The float initializers of a graph by name, those of half precision too; each is decoded when it is asked for.</summary>
internal sealed class OnnxWeights
{
    private readonly Dictionary<string, TensorProto> _tensors = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">Two initializers have one name.</exception>
    public OnnxWeights(GraphProto graph)
    {
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (!_tensors.TryAdd(HalfPrecision.NameOf(tensor), tensor))
                throw new InvalidDataException($"The model is damaged: it holds '{tensor.Name}' twice.");
        }
    }

    /// <summary>Names of the float initializers, in the order of the file.</summary>
    public IEnumerable<string> Names => _tensors.Where(tensor => IsFloat(tensor.Value)).Select(tensor => tensor.Key);

    /// <summary>The weights of that name.</summary>
    /// <exception cref="InvalidDataException">There are none, or they are damaged.</exception>
    public OnnxTensor Get(string name) =>
        TryGet(name, out OnnxTensor? tensor) ? tensor : throw new InvalidDataException($"The model is damaged: it lacks the float values '{name}'.");

    /// <summary>The weights of that name, if there are any.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public bool TryGet(string name, [NotNullWhen(true)] out OnnxTensor? tensor)
    {
        tensor = null;
        if (!_tensors.TryGetValue(name, out TensorProto? stored) || !IsFloat(stored))
            return false;

        ReadOnlySpan<byte> raw = stored.RawData.Span;
        UInt128 count = 1;
        foreach (long length in stored.Dims)
            count = length < 0 || count > int.MaxValue ? UInt128.MaxValue : count * (ulong)length;
        bool half = stored.DataType == (int)OnnxType.Float16;
        int size = half ? sizeof(ushort) : sizeof(float);
        if (count * (uint)size != (uint)raw.Length || count > int.MaxValue)
            throw new InvalidDataException($"The model is damaged: the size of '{name}' does not fit its shape.");

        var values = new float[(int)count];
        if (half)
            OnnxTensorData.ReadHalf(raw, values);
        else
            OnnxTensorData.Read(raw, values);
        tensor = new OnnxTensor(values, [.. stored.Dims]);
        return true;
    }

    private static bool IsFloat(TensorProto tensor) => tensor.DataType is (int)OnnxType.Float or (int)OnnxType.Float16;
}
