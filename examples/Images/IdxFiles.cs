using System.Buffers.Binary;
using System.IO.Compression;

namespace Images;

/// <summary>Turns the IDX files in which MNIST and Fashion-MNIST come into PNG files: one folder a class.</summary>
internal static class IdxFiles
{
    private const int LabelsMagic = 0x801, ImagesMagic = 0x803;

    public static int Convert(string source, string target)
    {
        int count = 0;
        foreach (string split in (string[])["train", "t10k"])
        {
            byte[] images = Read(Path.Combine(source, $"{split}-images-idx3-ubyte.gz"), ImagesMagic, 16);
            byte[] labels = Read(Path.Combine(source, $"{split}-labels-idx1-ubyte.gz"), LabelsMagic, 8);
            (int height, int width) = (Number(images, 8), Number(images, 12));
            if (Number(images, 4) != Number(labels, 4) || images.Length != 16 + ((long)Number(images, 4) * height * width) || labels.Length != 8 + Number(labels, 4))
                throw new InvalidDataException($"The IDX files of '{split}' in {source} do not fit together: {Number(images, 4)} images, {Number(labels, 4)} labels.");
            for (int i = 0; i < Number(labels, 4); i++)
            {
                string folder = Directory.CreateDirectory(Path.Combine(target, $"{labels[8 + i]}")).FullName;
                GreyPng.Write(Path.Combine(folder, $"{split}-{i:d5}.png"), width, height, images.AsSpan(16 + (i * height * width), height * width));
                count++;
            }
        }

        return count;
    }

    private static byte[] Read(string path, int magic, int headerSize)
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
}
