using System.Globalization;
using System.IO.Compression;

namespace Images;

/// <summary>Writes the embedded handwritten digits, 8×8 pixels from 0 to 16, as PNG files: one folder a digit.</summary>
internal static class DigitFiles
{
    private const int Side = 8;
    private const float White = 16;

    public static void Write(string folder)
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
                GreyPng.Write(Path.Combine(digit, $"{number++:d4}.png"), Side, Side, pixels);
            }
        }
    }
}
