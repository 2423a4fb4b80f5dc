using Microsoft.ML.Data;

namespace Images;

/// <summary>Writes grey pixels to a PNG file.</summary>
internal static class GreyPng
{
    public static void Write(string path, int width, int height, ReadOnlySpan<byte> pixels)
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
