using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Data;

namespace Images;

/// <summary>Writes data sets as folders of grey PNG files.</summary>
internal static class PictureFiles
{
    private const int Side = 8;
    private const float White = 16;
    private const int LabelsMagic = 0x801, ImagesMagic = 0x803;

    /// <summary>Writes the embedded handwritten digits, 8×8 pixels from 0 to 16: one folder a digit.</summary>
    public static void WriteDigits(string folder)
    {
        int number = 0;
        foreach (string fileName in (string[])["train.csv.gz", "test.csv.gz", "novel.csv.gz"])
        {
            using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Data", fileName));
            using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
            text.ReadLine();
            while (text.ReadLine() is { } line)
            {
                string[] values = line.Split(',');
                byte[] pixels = [.. values.Skip(1).Select(value => (byte)MathF.Round(255 / White * float.Parse(value, CultureInfo.InvariantCulture)))];
                string digit = Directory.CreateDirectory(Path.Combine(folder, values[0])).FullName;
                WriteGrey(Path.Combine(digit, $"{number++:d4}.png"), Side, Side, pixels);
            }
        }
    }

    /// <summary>Turns the IDX files in which MNIST and Fashion-MNIST come into pictures, and counts them: one folder a class.</summary>
    public static int ConvertIdx(string source, string target)
    {
        int count = 0;
        foreach (string split in (string[])["train", "t10k"])
        {
            byte[] images = ReadIdx(Path.Combine(source, $"{split}-images-idx3-ubyte.gz"), ImagesMagic, 16);
            byte[] labels = ReadIdx(Path.Combine(source, $"{split}-labels-idx1-ubyte.gz"), LabelsMagic, 8);
            (int height, int width) = (Number(images, 8), Number(images, 12));
            if (Number(images, 4) != Number(labels, 4) || images.Length != 16 + ((long)Number(images, 4) * height * width) || labels.Length != 8 + Number(labels, 4))
                throw new InvalidDataException($"The IDX files of '{split}' in {source} do not fit together: {Number(images, 4)} images, {Number(labels, 4)} labels.");
            for (int i = 0; i < Number(labels, 4); i++)
            {
                string folder = Directory.CreateDirectory(Path.Combine(target, $"{labels[8 + i]}")).FullName;
                WriteGrey(Path.Combine(folder, $"{split}-{i:d5}.png"), width, height, images.AsSpan(16 + (i * height * width), height * width));
                count++;
            }
        }

        return count;
    }

    private static byte[] ReadIdx(string path, int magic, int headerSize)
    {
        using var bytes = new MemoryStream();
        using (FileStream file = File.OpenRead(path))
        using (var unzipped = new GZipStream(file, CompressionMode.Decompress))
            unzipped.CopyTo(bytes);
        byte[] content = bytes.ToArray();
        return content.Length >= headerSize && Number(content, 0) == magic
            ? content
            : throw new InvalidDataException($"{path} is no IDX file of the kind expected.");
    }

    private static int Number(byte[] bytes, int position) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(position));

    private static void WriteGrey(string path, int width, int height, ReadOnlySpan<byte> pixels)
    {
        var colours = new byte[4 * pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            colours.AsSpan(4 * i, 3).Fill(pixels[i]);
            colours[(4 * i) + 3] = byte.MaxValue;
        }

        using MLImage image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32, colours);
        image.Save(path);
    }
}
