using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Reporting.Html;

namespace Microsoft.ML.Jem.Reporting.Tests.Html;

public sealed class HtmlPageTests
{
    [Fact]
    public void Text_is_escaped_wherever_it_stands()
    {
        const string Evil = "<b onclick=\"x\">&</b>";
        string html = new HtmlPage(Evil).AddHeading(Evil).AddParagraph(Evil).AddHeadlines([new Headline(Evil, Evil, Evil)])
            .AddTable([Evil], [[(Evil, true)]]).AddImages(new ImageGallery(Evil, Evil, [ReportImage.FromPixels([1, 2], 2, 1, Evil)])).AddFooter(Evil).ToString();
        Assert.DoesNotContain("<b", html.Replace("<body>", ""));
        SelfContained.Check(html);
    }

    [Theory]
    [InlineData("pictures/0.png")]
    [InlineData("data:image/svg+xml;base64,AAAA")]
    [InlineData("data:image/png;base64,AA\" onerror=\"x")]
    public void Pictures_that_are_not_inside_the_page_are_refused(string uri)
    {
        var page = new HtmlPage("t");
        Assert.Throws<ArgumentException>(() => page.AddImages(new ImageGallery("", "", [new ReportImage(uri)])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Pixels_become_a_PNG_with_right_sums_that_holds_them(int channels)
    {
        byte[] pixels = [.. Enumerable.Range(0, 3 * 2 * channels).Select(i => (byte)(40 * i))];
        byte[] png = Convert.FromBase64String(ReportImage.FromPixels(pixels, 3, 2).PngDataUri["data:image/png;base64,".Length..]);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);

        var chunks = new Dictionary<string, byte[]>();
        for (int at = 8; at < png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            byte[] typeAndData = png[(at + 4)..(at + 8 + length)];
            Assert.Equal(Crc(typeAndData), BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length)));
            chunks.Add(System.Text.Encoding.ASCII.GetString(typeAndData, 0, 4), typeAndData[4..]);
            at += length + 12;
        }

        Assert.Equal([0, 0, 0, 3, 0, 0, 0, 2, 8, (byte)(channels == 1 ? 0 : 2), 0, 0, 0], chunks["IHDR"]);
        using var zlib = new ZLibStream(new MemoryStream(chunks["IDAT"]), CompressionMode.Decompress);
        using var rows = new MemoryStream();
        zlib.CopyTo(rows);
        int stride = 3 * channels;
        Assert.Equal([0, .. pixels[..stride], 0, .. pixels[stride..]], rows.ToArray());
        Assert.Empty(chunks["IEND"]);
    }

    [Fact]
    public void A_picture_needs_one_or_three_bytes_a_pixel() =>
        Assert.Contains("12", Assert.Throws<ArgumentException>(() => ReportImage.FromPixels(new byte[5], 2, 2)).Message);

    [Fact]
    public void Features_become_the_picture_their_order_says()
    {
        // Two pixels: (1, 3, 5) and (2, 4, 6); the last value beyond white.
        var planar = new ImageShape(3, 1, 2);
        Assert.Equal(
            ReportImage.FromPixels([1, 3, 5, 2, 4, 255], 2, 1),
            ReportImage.FromFeatures([1, 2, 3, 4, 5, 999], planar));
        Assert.Equal(
            ReportImage.FromPixels([1, 0, 3, 4, 5, 6], 2, 1),
            ReportImage.FromFeatures([1, float.NaN, 3, 4, 5, 6], planar with { Order = PixelOrder.Interleaved }));
        Assert.Throws<ArgumentException>(() => ReportImage.FromFeatures(new float[5], planar));
    }

    // Bit by bit over the reflected polynomial, written another way than the encoder's: division of the whole message.
    private static uint Crc(byte[] data)
    {
        uint crc = 0;
        int bits = 8 * (data.Length + 4);
        for (int i = 0; i < bits; i++)
        {
            int at = i / 8;
            uint value = at < data.Length ? data[at] : 0u;
            if (at < 4)
                value ^= 0xFF;
            uint top = crc >> 31;
            crc = (crc << 1) | ((value >> (i % 8)) & 1);
            if (top == 1)
                crc ^= 0x04C11DB7;
        }

        uint reflected = 0;
        for (int bit = 0; bit < 32; bit++)
            reflected |= ((crc >> bit) & 1) << (31 - bit);
        return ~reflected;
    }
}
