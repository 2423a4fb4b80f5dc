using Microsoft.ML.Jem.Files;

namespace Microsoft.ML.Jem.Tests.Files;

public sealed class ChecksumTests
{
    /// <summary>The example of FIPS 180-2, appendix B.1.</summary>
    private const string OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void It_is_SHA_256_in_lower_case_digits()
    {
        Assert.Equal(OfAbc, Checksum.Of("abc"u8));
        Assert.Equal(Checksum.Length, Checksum.BytesOf("abc"u8).Length);
    }

    [Fact]
    public void It_matches_its_content_alone()
    {
        byte[] stored = Checksum.BytesOf("abc"u8);

        Assert.True(Checksum.Matches("abc"u8, stored));
        Assert.False(Checksum.Matches("abd"u8, stored));
        Assert.False(Checksum.Matches("abc"u8, stored.AsSpan(1)));
    }
}
