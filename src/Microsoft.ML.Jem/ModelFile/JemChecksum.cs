using Google.Protobuf;
using Microsoft.ML.Jem.Files;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>The SHA-256 of a model file, kept in its last metadata entry, which ends the file and which it does not cover.</summary>
/// <remarks>It finds damage and edits by mistake. It is not a signature: whoever edits on purpose can compute it again.</remarks>
internal static class JemChecksum
{
    /// <summary>
    /// What stands before the digits, as protobuf encodes it: field 14 of the model, 80 bytes long, with the entry's key (field 1,
    /// 12 bytes) and the beginning of its value (field 2, 64 bytes). So a file can be checked without being parsed.
    /// </summary>
    private static ReadOnlySpan<byte> Lead => "\u0072\u0050\u000A\u000Cjem.checksum\u0012\u0040"u8;

    /// <summary>Gives the bytes of the file: the model and behind it its checksum.</summary>
    public static byte[] Seal(ModelProto model)
    {
        // Written in place: the weights of wide rows make hundreds of megabytes, and a copy of the content as many again.
        int length = model.CalculateSize();
        var file = new byte[length + Lead.Length + Checksum.Length];
        Span<byte> content = file.AsSpan(0, length);
        model.WriteTo(content);
        Lead.CopyTo(file.AsSpan(length));
        Checksum.BytesOf(content).CopyTo(file, length + Lead.Length);
        return file;
    }

    /// <summary>Compares the checksum of a file with the file's content.</summary>
    /// <exception cref="InvalidDataException">There is no checksum, or the content is another.</exception>
    public static void Verify(ReadOnlySpan<byte> file)
    {
        int length = file.Length - Lead.Length - Checksum.Length;
        if (length < 0 || !file[length..].StartsWith(Lead))
            throw new InvalidDataException("The model has no checksum. It was cut off or altered after it was written; use the original file.");
        if (!Checksum.Matches(file[..length], file[(length + Lead.Length)..]))
            throw new InvalidDataException("The model's content does not match its checksum. It was damaged or altered after it was written; use the original file.");
    }

    /// <summary>Removes the checksum from the model that a verified file holds.</summary>
    public static void Remove(ModelProto model) => model.MetadataProps.RemoveAt(model.MetadataProps.Count - 1);
}
