using Microsoft.ML.Jem.Images;

namespace Microsoft.ML.Jem.Reporting.Html;

/// <summary>A picture in a report.</summary>
/// <param name="PngDataUri">The picture as <c>data:image/png;base64,…</c>.</param>
/// <param name="Caption">A few words below it; may be empty.</param>
public sealed record ReportImage(string PngDataUri, string Caption = "")
{
    /// <summary>A picture from the bytes of a PNG file.</summary>
    /// <param name="png">The file's bytes.</param>
    /// <param name="caption">A few words below it; may be empty.</param>
    public static ReportImage FromPng(ReadOnlySpan<byte> png, string caption = "") =>
        new("data:image/png;base64," + Convert.ToBase64String(png), caption);

    /// <summary>A picture from its pixels.</summary>
    /// <param name="pixels">Row by row from the top; one byte a pixel for grey, three (red, green, blue) for colour.</param>
    /// <param name="width">Pixels in a row; at least 1.</param>
    /// <param name="height">Number of rows; at least 1.</param>
    /// <param name="caption">A few words below it; may be empty.</param>
    /// <exception cref="ArgumentException">There are neither one nor three bytes a pixel.</exception>
    public static ReportImage FromPixels(ReadOnlySpan<byte> pixels, int width, int height, string caption = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        int channels = pixels.Length == width * height ? 1 : 3;
        if (pixels.Length != width * height * channels)
            throw new ArgumentException($"A picture of {width} × {height} pixels has {width * height} (grey) or {3 * width * height} (colour) bytes, but there are {pixels.Length}.", nameof(pixels));
        using var png = new MemoryStream();
        PngFile.Write(png, width, height, channels, pixels);
        return FromPng(png.ToArray(), caption);
    }

    /// <summary>A picture from features of a model that takes images.</summary>
    /// <param name="features">The features, in the order of <paramref name="shape"/>; below 0 counts as 0 (black), above 255 as 255 (white), NaN as 0.</param>
    /// <param name="shape">The shape of the image, of 1 or 3 channels.</param>
    /// <param name="caption">A few words below it; may be empty.</param>
    /// <exception cref="ArgumentException">There are more or fewer features than the shape holds, or neither 1 nor 3 channels.</exception>
    public static ReportImage FromFeatures(ReadOnlySpan<float> features, ImageShape shape, string caption = "")
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (features.Length != shape.Size)
            throw new ArgumentException($"An image of {shape} has {shape.Size} features, but there are {features.Length}.", nameof(features));
        var pixels = new byte[features.Length];
        int area = shape.Height * shape.Width;
        for (int i = 0; i < pixels.Length; i++)
        {
            // PNG has the channels of a pixel side by side.
            (int pixel, int channel) = Math.DivRem(i, shape.Channels);
            float value = features[shape.Order == PixelOrder.Interleaved ? i : (channel * area) + pixel];
            pixels[i] = float.IsNaN(value) ? (byte)0 : (byte)MathF.Round(Math.Clamp(value, 0, 255));
        }

        return FromPixels(pixels, shape.Width, shape.Height, caption);
    }
}

/// <summary>Pictures that belong together, such as samples of a model, or the rows it finds most likely.</summary>
/// <param name="Title">What they are.</param>
/// <param name="Caption">How to read them.</param>
/// <param name="Images">The pictures, in order.</param>
public sealed record ImageGallery(string Title, string Caption, IReadOnlyList<ReportImage> Images);
