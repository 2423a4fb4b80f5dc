using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Reads a named stream of a model file whole.</summary>
internal static class StoredStream
{
    /// <summary>Protobuf's own limit, and so that of an ONNX file.</summary>
    private const int MostBytes = int.MaxValue;

    /// <exception cref="FormatException">The stream is missing, too long, or ends early.</exception>
    public static byte[] Read(IHost host, ModelLoadContext ctx, string name, int mostBytes = MostBytes)
    {
        byte[]? bytes = null;
        bool found = ctx.TryLoadBinaryStream(name, reader => bytes = ReadAll(host, reader.BaseStream, name, mostBytes));
        return found && bytes is not null
            ? bytes
            : throw host.ExceptDecode($"The model file is damaged: it has no stream '{name}'. Save the model again.");
    }

    /// <summary>ML.NET has unpacked the stream, to memory or to a file: it is as long as it says.</summary>
    private static byte[] ReadAll(IHost host, Stream stream, string name, int mostBytes)
    {
        long length = stream.Length - stream.Position;
        if (length > Math.Min(mostBytes, Array.MaxLength))
            throw host.ExceptDecode($"The model file is damaged: its stream '{name}' is longer than {mostBytes} bytes.");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
