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

    /// <summary>Buffers grow with what is really there, whatever length the file announces.</summary>
    private static byte[] ReadAll(IHost host, Stream stream, string name, int mostBytes)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[81920];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (memory.Length + read > mostBytes)
                throw host.ExceptDecode($"The model file is damaged: its stream '{name}' is longer than {mostBytes} bytes.");
            memory.Write(buffer, 0, read);
        }

        return memory.ToArray();
    }
}
