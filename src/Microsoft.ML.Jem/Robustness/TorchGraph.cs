using System.Buffers.Binary;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Robustness;

/// <summary>
/// A model file run by TorchSharp in double precision, so that gradients with respect to the features are those of the very
/// graph that predicts, whatever network wrote it. Double precision keeps them from vanishing where a softmax saturates.
/// </summary>
internal sealed class TorchGraph : IDisposable
{
    private readonly GraphProto _graph;
    private readonly Dictionary<string, Tensor> _initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodeProto[]> _nodesFor = new(StringComparer.Ordinal);

    /// <summary>Takes a model's graph and puts its weights on a device.</summary>
    /// <param name="file">A model file that <see cref="JemGraph"/> wrote.</param>
    /// <param name="device">Where the graph runs.</param>
    /// <exception cref="InvalidDataException">The bytes are no such file.</exception>
    public TorchGraph(ReadOnlySpan<byte> file, Device device)
    {
        _graph = JemGraphReader.Open(file).Graph;
        foreach (TensorProto initializer in _graph.Initializer)
            _initializers.Add(initializer.Name, Decode(initializer, device).DetachFromDisposeScope());
    }

    /// <summary>
    /// Name of the probabilities an adversary works on: before they are drawn towards even chances, which counts rows and has no
    /// gradient, and leaves the most probable class what it is.
    /// </summary>
    public string Probability => _graph.Node.Any(node => node.Output.Contains(JemNames.Probability)) ? JemNames.Probability : JemNames.Score;

    /// <summary>Runs the part of the graph that <paramref name="output"/> depends on.</summary>
    /// <param name="features">Features as they came, float64 [n, d]; gradients flow back to them.</param>
    /// <param name="output">Name of a value in the graph.</param>
    /// <returns>The value, float64, in the caller's dispose scope.</returns>
    /// <exception cref="NotSupportedException">The graph has an operator that is not known here; the message names it.</exception>
    public Tensor Run(Tensor features, string output)
    {
        using DisposeScope scope = NewDisposeScope();
        var values = new Dictionary<string, Tensor>(_initializers, StringComparer.Ordinal) { [JemNames.Features] = features };
        foreach (NodeProto node in NodesFor(output))
            values[node.Output[0]] = TorchOperators.Run(new TorchNode(node, values));
        return values[output].MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _initializers.Values)
            tensor.Dispose();
    }

    /// <summary>The nodes a value needs, in the order of the file, which is one they can run in.</summary>
    private NodeProto[] NodesFor(string output)
    {
        if (_nodesFor.TryGetValue(output, out NodeProto[]? known))
            return known;

        var needed = new HashSet<string>(StringComparer.Ordinal) { output };
        var nodes = new Stack<NodeProto>();
        foreach (NodeProto node in _graph.Node.Reverse())
        {
            if (!node.Output.Any(needed.Contains))
                continue;
            nodes.Push(node);
            needed.UnionWith(node.Input);
        }

        return _nodesFor[output] = [.. nodes];
    }

    private static Tensor Decode(TensorProto initializer, Device device)
    {
        ReadOnlySpan<byte> raw = initializer.RawData.Span;
        long[] shape = [.. initializer.Dims];
        if (initializer.DataType == (int)OnnxType.Int64)
        {
            var whole = new long[raw.Length / sizeof(long)];
            for (int i = 0; i < whole.Length; i++)
                whole[i] = BinaryPrimitives.ReadInt64LittleEndian(raw[(sizeof(long) * i)..]);
            return tensor(whole, shape);
        }

        if (initializer.DataType != (int)OnnxType.Float)
            throw new NotSupportedException($"The initializer '{initializer.Name}' has ONNX element type {initializer.DataType}: expected float or int64.");
        var values = new double[raw.Length / sizeof(float)];
        for (int i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(raw[(sizeof(float) * i)..]);
        return tensor(values, shape, device: device);
    }
}
