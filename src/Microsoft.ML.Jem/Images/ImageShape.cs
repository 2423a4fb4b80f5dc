using System.Text.Json.Serialization;

namespace Microsoft.ML.Jem.Images;

/// <summary>The size of the images in a feature vector, and how their pixels lie in it.</summary>
public sealed record ImageShape
{
    private const int LargestSide = 1 << 14;

    /// <summary>A size.</summary>
    /// <param name="channels">Values a pixel: 1 for grey images, 3 for colour; 1 to 16384.</param>
    /// <param name="height">Rows of pixels, 1 to 16384.</param>
    /// <param name="width">Pixels a row, 1 to 16384.</param>
    /// <param name="order">How the pixels lie in the vector; null where the dimensions of the feature column decide.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size lies outside its range, the image has more than 2²⁴ values, or the order is not defined.</exception>
    public ImageShape(int channels, int height, int width, PixelOrder? order = null)
    {
        Check(channels, nameof(channels));
        Check(height, nameof(height));
        Check(width, nameof(width));
        if ((long)channels * height * width > 1 << 24)
            throw new ArgumentOutOfRangeException(nameof(height), height, $"An image may have at most 16777216 values, but {channels} × {height} × {width} is more.");
        if (order is { } given && !Enum.IsDefined(given))
            throw new ArgumentOutOfRangeException(nameof(order), order, "Expected Planar, Interleaved or null.");
        (Channels, Height, Width, Order) = (channels, height, width, order);
    }

    /// <summary>Values a pixel.</summary>
    public int Channels { get; }

    /// <summary>Rows of pixels.</summary>
    public int Height { get; }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>How the pixels lie in the vector; null where the dimensions of the feature column decide.</summary>
    public PixelOrder? Order { get; init; }

    /// <summary>Number of values, channels × height × width.</summary>
    [JsonIgnore]
    public int Size => Channels * Height * Width;

    /// <summary>Such as 3 × 32 × 32.</summary>
    public override string ToString() => $"{Channels} × {Height} × {Width}";

    /// <summary>Where a value lies in the vector.</summary>
    internal int IndexOf(int channel, int y, int x) => Order == PixelOrder.Interleaved
        ? (((y * Width) + x) * Channels) + channel
        : (((channel * Height) + y) * Width) + x;

    /// <summary>The shape with its order known, from the dimensions of a vector column.</summary>
    /// <param name="dimensions">The column's dimensions: one, or the image's.</param>
    /// <param name="column">The column's name, for errors.</param>
    /// <exception cref="InvalidOperationException">The dimensions are not those of this shape, or contradict its order.</exception>
    internal ImageShape Resolve(ReadOnlySpan<int> dimensions, string column)
    {
        bool planar = dimensions.SequenceEqual([Channels, Height, Width]);
        bool interleaved = dimensions.SequenceEqual([Height, Width, Channels]);
        bool flat = dimensions.SequenceEqual([Size]) || (Channels == 1 && dimensions.SequenceEqual([Height, Width]));
        if (flat || (planar && interleaved))
            return this with { Order = Order ?? PixelOrder.Planar };
        if (!planar && !interleaved)
        {
            throw new InvalidOperationException(
                $"Feature column '{column}' has the dimensions {string.Join(" × ", dimensions.ToArray())}, but the network takes images of {this} (channels × height × width), {Size} values. " +
                "Resize the images (ResizeImages), or give the network their shape.");
        }

        PixelOrder found = planar ? PixelOrder.Planar : PixelOrder.Interleaved;
        if (Order is { } order && order != found)
            throw new InvalidOperationException($"The pixels of feature column '{column}' are {found}, but the network's shape says {order}. Leave the shape's order out to take the column's.");
        return this with { Order = found };
    }

    private static void Check(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LargestSide, name);
    }
}
