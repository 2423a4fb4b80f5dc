using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>The float initializers of a graph by name; each is decoded when it is asked for.</summary>
internal sealed class OnnxWeights
{
    private readonly Dictionary<string, TensorProto> _tensors = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">Two initializers have one name.</exception>
    public OnnxWeights(GraphProto graph)
    {
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (!_tensors.TryAdd(tensor.Name, tensor))
                throw new InvalidDataException($"The model is damaged: it holds '{tensor.Name}' twice.");
        }
    }

    /// <summary>Names of the float initializers, in the order of the file.</summary>
    public IEnumerable<string> Names => _tensors.Values.Where(tensor => tensor.DataType == (int)OnnxType.Float).Select(tensor => tensor.Name);

    /// <summary>The weights of that name.</summary>
    /// <exception cref="InvalidDataException">There are none, or they are damaged.</exception>
    public OnnxTensor Get(string name) =>
        TryGet(name, out OnnxTensor? tensor) ? tensor : throw new InvalidDataException($"The model is damaged: it lacks the float values '{name}'.");

    /// <summary>The weights of that name, if there are any.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public bool TryGet(string name, [NotNullWhen(true)] out OnnxTensor? tensor)
    {
        tensor = null;
        if (!_tensors.TryGetValue(name, out TensorProto? stored) || stored.DataType != (int)OnnxType.Float)
            return false;

        ReadOnlySpan<byte> raw = stored.RawData.Span;
        UInt128 count = 1;
        foreach (long size in stored.Dims)
            count = size < 0 || count > int.MaxValue ? UInt128.MaxValue : count * (ulong)size;
        if (count * sizeof(float) != (uint)raw.Length || count > int.MaxValue)
            throw new InvalidDataException($"The model is damaged: the size of '{name}' does not fit its shape.");

        var values = new float[(int)count];
        for (int i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(raw[(sizeof(float) * i)..]);
        tensor = new OnnxTensor(values, [.. stored.Dims]);
        return true;
    }
}
