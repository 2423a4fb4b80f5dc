using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>The SHA-256 of a model file, kept in its last metadata entry, which ends the file and which it does not cover.</summary>
/// <remarks>It finds damage and edits by mistake. It is no signature: who edits on purpose can compute it anew.</remarks>
internal static class JemChecksum
{
    /// <summary>Gives the bytes of the file: the model and behind it its checksum.</summary>
    public static byte[] Seal(ModelProto model)
    {
        byte[] content = model.ToByteArray();
        return [.. content, .. Entry(content)];
    }

    /// <summary>Removes the checksum from a model and compares it with the file's content.</summary>
    /// <exception cref="InvalidDataException">There is no checksum, or the content is another.</exception>
    public static void Open(ModelProto model, ReadOnlySpan<byte> file)
    {
        int last = model.MetadataProps.Count - 1;
        if (last < 0 || model.MetadataProps[last].Key != JemMetadata.Checksum)
            throw new InvalidDataException("The model has no checksum. It was cut off or altered after it was written; use the original file.");

        // The bytes themselves are compared, as more than one encoding can mean the same model.
        byte[] stored = Encode(model.MetadataProps[last]);
        ReadOnlySpan<byte> content = file[..Math.Max(0, file.Length - stored.Length)];
        if (!file[content.Length..].SequenceEqual(Entry(content)))
            throw new InvalidDataException("The model's content does not match its checksum. It was damaged or altered after it was written; use the original file.");
        model.MetadataProps.RemoveAt(last);
    }

    private static byte[] Entry(ReadOnlySpan<byte> content) =>
        Encode(new StringStringEntryProto { Key = JemMetadata.Checksum, Value = Convert.ToHexStringLower(SHA256.HashData(content)) });

    /// <summary>The entry as it lies in a file: what a model is encoded to that has nothing else.</summary>
    private static byte[] Encode(StringStringEntryProto entry)
    {
        var model = new ModelProto();
        model.MetadataProps.Add(entry);
        return model.ToByteArray();
    }
}
