using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Reads the pixels of an image, as <c>ExtractPixels</c> would: values from 0 to 255, red before green before blue.</summary>
/// <remarks>
/// The class must load without Microsoft.ML.ImageAnalytics, as ML.NET looks at all types of an assembly: image types may stand in
/// its fields and methods, but not among its bases.
/// </remarks>
internal sealed class ImageFeatureGetter(DataViewRow row, DataViewSchema.Column column, ImageShape shape, IDataView? source)
    : FeatureGetter
{
    private const int BytesPerPixel = 4;

    private readonly FeatureSource<MLImage> _source = new(row, column, source);
    private MLImage _image = null!;

    /// <inheritdoc/>
    public override void Read(Span<float> destination)
    {
        _source.Read(ref _image);
        if (_image is null)
        {
            destination.Fill(float.NaN);
            return;
        }

        if (_image.Width != shape.Width || _image.Height != shape.Height)
            throw Contracts.Except($"{DescribeImage()} has {_image.Width} × {_image.Height} pixels (width × height), but the model takes {shape.Width} × {shape.Height}. Resize the images (ResizeImages).");

        // Bgra32 and Rgba32 are all the formats an MLImage can have.
        bool redFirst = _image.PixelFormat == MLPixelFormat.Rgba32;
        ReadOnlySpan<byte> pixels = _image.Pixels;
        if (shape.Channels == 1)
            ReadGrey(pixels, destination);
        else
            ReadColour(pixels, redFirst ? 0 : 2, destination);
    }

    private void ReadGrey(ReadOnlySpan<byte> pixels, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            ReadOnlySpan<byte> pixel = pixels.Slice(BytesPerPixel * i, BytesPerPixel);
            if (pixel[0] != pixel[1] || pixel[0] != pixel[2])
                throw Contracts.Except($"{DescribeImage()} has colours, but the model takes grey images. Convert the images (ConvertToGrayscale), or train a network of 3 channels.");
            destination[i] = pixel[0];
        }
    }

    private void ReadColour(ReadOnlySpan<byte> pixels, int red, Span<float> destination)
    {
        int count = shape.Height * shape.Width;
        bool interleaved = shape.Order == PixelOrder.Interleaved;
        (int pixelStep, int channelStep) = interleaved ? (shape.Channels, 1) : (1, count);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> pixel = pixels.Slice(BytesPerPixel * i, BytesPerPixel);
            Span<float> values = destination[(i * pixelStep)..];
            values[0] = pixel[red];
            values[channelStep] = pixel[1];
            values[2 * channelStep] = pixel[2 - red];
        }
    }

    private string DescribeImage() => string.IsNullOrEmpty(_image.Tag)
        ? $"The image in column '{_source.Name}' in {_source.DescribeRow()}"
        : $"The image '{_image.Tag}' in column '{_source.Name}'";
}
