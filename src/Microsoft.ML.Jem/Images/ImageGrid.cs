namespace Microsoft.ML.Jem.Images;

/// <summary>Writes images side by side into one PNG file, to look at samples or at rows that stand out.</summary>
public static class ImageGrid
{
    private const byte Gap = 96;

    /// <summary>Writes a grid, row by row, with a line between images.</summary>
    /// <param name="path">The file, which is replaced; its folder must exist.</param>
    /// <param name="images">The images, each <see cref="ImageShape.Size"/> values; at least one.</param>
    /// <param name="shape">Their shape, of 1 or 3 channels.</param>
    /// <param name="black">The value shown black; values below are as well.</param>
    /// <param name="white">The value shown white; values above are as well. Another one than <paramref name="black"/>.</param>
    /// <param name="columns">Images a row, at least 1.</param>
    /// <param name="zoom">Width and height of a pixel in the file, at least 1.</param>
    /// <exception cref="ArgumentException">There is no image, an image has another size, or the shape has neither 1 nor 3 channels.</exception>
    public static void Write(
        string path, IReadOnlyList<float[]> images, ImageShape shape, float black = 0, float white = 255, int columns = 10, int zoom = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(zoom, 1);
        ArgumentOutOfRangeException.ThrowIfEqual(white, black);
        if (shape.Channels is not (1 or 3))
            throw new ArgumentException($"A PNG file takes images of 1 channel (grey) or 3 (colour), not of {shape.Channels}.", nameof(shape));
        if (images.Count == 0)
            throw new ArgumentException("There is no image to write: expected at least one.", nameof(images));

        columns = Math.Min(columns, images.Count);
        int rows = (images.Count + columns - 1) / columns;
        (int cellWidth, int cellHeight) = ((shape.Width * zoom) + 1, (shape.Height * zoom) + 1);
        (int width, int height) = ((columns * cellWidth) + 1, (rows * cellHeight) + 1);
        var pixels = new byte[checked(width * height * shape.Channels)];
        Array.Fill(pixels, Gap);
        for (int i = 0; i < images.Count; i++)
        {
            float[] image = images[i] ?? throw new ArgumentException($"Image {i} is null.", nameof(images));
            if (image.Length != shape.Size)
                throw new ArgumentException($"Image {i} has {image.Length} values, but images of {shape} have {shape.Size}.", nameof(images));
            Draw(image, ((i % columns) * cellWidth) + 1, ((i / columns) * cellHeight) + 1);
        }

        using FileStream file = File.Create(path);
        PngFile.Write(file, width, height, shape.Channels, pixels);

        void Draw(float[] image, int left, int top)
        {
            for (int y = 0; y < shape.Height * zoom; y++)
            {
                for (int x = 0; x < shape.Width * zoom; x++)
                {
                    for (int c = 0; c < shape.Channels; c++)
                    {
                        float share = (image[shape.IndexOf(c, y / zoom, x / zoom)] - black) / (white - black);
                        pixels[((((top + y) * width) + left + x) * shape.Channels) + c] = (byte)MathF.Round(255 * Math.Clamp(float.IsNaN(share) ? 0 : share, 0, 1));
                    }
                }
            }
        }
    }
}
