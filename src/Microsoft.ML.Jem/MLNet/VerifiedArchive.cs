using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.Jem.Files;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// A zip file that ends with a SHA-256 of all before it, within the comment that zip allows at the end; other readers see a zip.
/// </summary>
internal static class VerifiedArchive
{
    private const string Mark = "Microsoft.ML.Jem SHA-256 ";

    /// <summary>Writes a zip under its name, replacing a file of that name, or leaves everything as it was.</summary>
    public static void Write(string path, byte[] zip) => AtomicFile.Write(path, Seal(zip));

    /// <summary>Reads what <see cref="Write"/> wrote, once it is found whole and not too large.</summary>
    /// <param name="stream">The content; read to its end.</param>
    /// <param name="name">What to call it where it is bad.</param>
    /// <param name="maximumBytes">The most bytes accepted, packed and unpacked.</param>
    public static MemoryStream Read(Stream stream, string name, long maximumBytes)
    {
        long most = Math.Min(maximumBytes, Array.MaxLength);
        using var content = new MemoryStream();
        var buffer = new byte[81920];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (content.Length + read > most)
                throw new InvalidDataException($"{name} is too long: expected at most {most} bytes.");
            content.Write(buffer, 0, read);
        }

        return Open(content.ToArray(), name, maximumBytes);
    }

    /// <summary>Checks the bytes of a file.</summary>
    public static MemoryStream Open(byte[] bytes, string name, long maximumBytes)
    {
        int contentLength = bytes.Length - Checksum.Length;
        if (contentLength < Mark.Length || !bytes.AsSpan(contentLength - Mark.Length, Mark.Length).SequenceEqual(Encoding.ASCII.GetBytes(Mark)))
            throw new InvalidDataException($"{name} does not end with a checksum: it was cut off, or not saved by SaveVerified. Use the original file, or load it with Model.Load and save it with SaveVerified.");
        if (!Checksum.Matches(bytes.AsSpan(0, contentLength), bytes.AsSpan(contentLength)))
            throw new InvalidDataException($"{name} does not match its checksum: it was damaged after it was saved. Use the original file.");

        var stream = new MemoryStream(bytes, writable: false);
        CheckUnpackedSize(stream, name, maximumBytes);
        stream.Position = 0;
        return stream;
    }

    private static byte[] Seal(byte[] zip)
    {
        // The end record of a zip without a comment is its last 22 bytes, the last two of them the comment's length.
        byte[] marked = [.. zip, .. Encoding.ASCII.GetBytes(Mark)];
        BinaryPrimitives.WriteUInt16LittleEndian(marked.AsSpan(zip.Length - 2), (ushort)(Mark.Length + Checksum.Length));
        return [.. marked, .. Checksum.BytesOf(marked)];
    }

    /// <summary>Counts what comes out: what an entry says of its size may be a lie.</summary>
    private static void CheckUnpackedSize(Stream stream, string name, long maximumBytes)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        var buffer = new byte[81920];
        long total = 0;
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream content = entry.Open();
            for (int read; (read = content.Read(buffer)) > 0;)
            {
                total += read;
                if (total > maximumBytes)
                    throw new InvalidDataException($"{name} unpacks to more than {maximumBytes} bytes.");
            }
        }
    }
}
