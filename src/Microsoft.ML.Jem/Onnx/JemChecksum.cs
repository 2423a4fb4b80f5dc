using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>The SHA-256 of a model file, kept in its last metadata entry, which it does not cover.</summary>
/// <remarks>It finds damage and edits by mistake. It is no signature: who edits on purpose can compute it anew.</remarks>
internal static class JemChecksum
{
    /// <summary>Adds the checksum to the model and gives the bytes of the file.</summary>
    public static byte[] Seal(ModelProto model)
    {
        string checksum = Compute(model);
        model.MetadataProps.Add(new StringStringEntryProto { Key = JemMetadata.Checksum, Value = checksum });
        return model.ToByteArray();
    }

    /// <summary>Removes the checksum from a model and compares it with the model's and the file's content.</summary>
    /// <exception cref="InvalidDataException">There is no checksum, or the content is another.</exception>
    public static void Open(ModelProto model, ReadOnlySpan<byte> file)
    {
        // What was written is the one canonical encoding of the model; any other was not written here.
        bool canonical = file.SequenceEqual(model.ToByteArray());
        int last = model.MetadataProps.Count - 1;
        if (last < 0 || model.MetadataProps[last].Key != JemMetadata.Checksum)
            throw new InvalidDataException("The model has no checksum. It was cut off or altered after it was written; use the original file.");

        string stored = model.MetadataProps[last].Value;
        model.MetadataProps.RemoveAt(last);
        if (!canonical || stored != Compute(model))
            throw new InvalidDataException("The model's content does not match its checksum. It was damaged or altered after it was written; use the original file.");
    }

    private static string Compute(ModelProto model) => Convert.ToHexStringLower(SHA256.HashData(model.ToByteArray()));
}
