using System.Globalization;
using System.IO.Compression;

namespace Microsoft.ML.Jem.Quality;

/// <summary>Fashion-MNIST (Xiao, Rasul, Vollgraf, 2017) as it is published, reduced to 14×14 means of four pixels.</summary>
internal static class FashionImages
{
    private const int Side = 28, ImageHeader = 16, LabelHeader = 8;

    /// <summary>Reads the first training images and their classes.</summary>
    public static Table Read(string folder, int count)
    {
        byte[] pixels = Unpack(Path.Combine(folder, "train-images-idx3-ubyte.gz"));
        byte[] labels = Unpack(Path.Combine(folder, "train-labels-idx1-ubyte.gz"));
        return new Table(
            [.. Enumerable.Range(0, count).Select(i => Reduce(pixels.AsSpan(ImageHeader + (i * Side * Side), Side * Side)))],
            [.. Enumerable.Range(0, count).Select(i => labels[LabelHeader + i].ToString(CultureInfo.InvariantCulture))]);
    }

    private static float[] Reduce(ReadOnlySpan<byte> image)
    {
        const int Half = Side / 2;
        var means = new float[Half * Half];
        for (int i = 0; i < image.Length; i++)
            means[(i / Side / 2 * Half) + (i % Side / 2)] += image[i] / 4f;
        return means;
    }

    private static byte[] Unpack(string path)
    {
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        file.CopyTo(bytes);
        return bytes.ToArray();
    }
}
