using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Compares every entry of the model file that is being loaded, other transformers' too, with its checksum.</summary>
/// <remarks>
/// A zip holds a CRC-32 of each entry, but .NET does not look at it, nor does ML.NET, which trusts what it reads: damage to its
/// own entries would give another model, or an endless loop. What ML.NET read before it came to our entry cannot be saved from
/// loops, but is found damaged here; what it reads after is read only if it is whole.
/// </remarks>
internal static class StoredArchive
{
    /// <exception cref="FormatException">An entry is damaged.</exception>
    public static void Check(IHost host, ModelLoadContext ctx)
    {
        var buffer = new byte[81920];
        foreach (ZipArchiveEntry entry in Archive(ctx.Repository).Entries)
        {
            if (!IsWhole(entry, buffer))
                throw host.ExceptDecode($"The model file is damaged: its entry '{entry.FullName}' does not match its checksum. Use the original file.");
        }
    }

    private static bool IsWhole(ZipArchiveEntry entry, byte[] buffer)
    {
        using Stream content = entry.Open();
        long length = 0;
        var crc = new Crc32();
        for (int read; length <= entry.Length && (read = content.Read(buffer)) > 0; length += read)
            crc.Append(buffer.AsSpan(0, read));
        return length == entry.Length && crc.GetCurrentHashAsUInt32() == entry.Crc32;
    }

    /// <summary>ML.NET's reader opens entries by name only; which there are, only its zip knows.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_archive")]
    private static extern ref ZipArchive Archive(RepositoryReader reader);
}
