using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.Jem.Files;

/// <summary>SHA-256 in lower-case digits, as model files end with. It finds damage; it is no signature, as whoever edits on purpose can compute it anew.</summary>
internal static class Checksum
{
    /// <summary>Number of digits.</summary>
    public const int Length = 2 * SHA256.HashSizeInBytes;

    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>The checksum as a file holds it, in ASCII.</summary>
    public static byte[] BytesOf(ReadOnlySpan<byte> content) => Encoding.ASCII.GetBytes(Of(content));

    /// <summary>Whether a file holds the checksum of a content.</summary>
    public static bool Matches(ReadOnlySpan<byte> content, ReadOnlySpan<byte> stored) => stored.SequenceEqual(BytesOf(content));
}
