using System.Text;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>Damaged copies of a model.zip.</summary>
internal sealed class DamagedZip
{
    private readonly byte[] _zip;
    private readonly Range _graph;

    public DamagedZip(byte[] zip, string[] entryNames)
    {
        _zip = zip;
        int index = Array.FindIndex(entryNames, name => name.EndsWith("model.onnx", StringComparison.Ordinal));
        _graph = zip.AsSpan().IndexOf(Encoding.ASCII.GetBytes(entryNames[index]))..zip.AsSpan().IndexOf(Encoding.ASCII.GetBytes(entryNames[index + 1]));
    }

    /// <summary>
    /// Every other copy is damaged anywhere, which mostly is in the graph, as it is most of the file; the others are damaged anywhere
    /// but there.
    /// </summary>
    public byte[] Copy(int seed)
    {
        var mutator = new Mutator(seed);
        if (seed % 2 == 0)
            return mutator.Damage(_zip);
        byte[] rest = mutator.Damage([.. _zip[.._graph.Start], .. _zip[_graph.End..]]);
        int cut = Math.Min(_graph.Start.Value, rest.Length);
        return [.. rest[..cut], .. _zip[_graph], .. rest[cut..]];
    }
}
