using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Reads a named stream of a model file whole.</summary>
internal static class StoredStream
{
    /// <exception cref="FormatException">The stream is missing or ends early.</exception>
    public static byte[] Read(IHost host, ModelLoadContext ctx, string name)
    {
        byte[]? bytes = null;
        bool found = ctx.TryLoadBinaryStream(name, reader =>
        {
            using var memory = new MemoryStream();
            reader.BaseStream.CopyTo(memory);
            bytes = memory.ToArray();
        });
        return found && bytes is not null
            ? bytes
            : throw host.ExceptDecode($"The model file is damaged: it has no stream '{name}'. Save the model again.");
    }
}
