namespace Microsoft.ML.Jem.Images;

/// <summary>How the pixels of an image lie in a feature vector; rows from top to bottom, pixels from left to right.</summary>
public enum PixelOrder
{
    /// <summary>One whole channel after the other, [channels, height, width]: what <c>ExtractPixels</c> gives by default.</summary>
    Planar,

    /// <summary>The channels of a pixel side by side, [height, width, channels]: <c>ExtractPixels</c> with <c>interleavePixelColors</c>.</summary>
    Interleaved,
}
