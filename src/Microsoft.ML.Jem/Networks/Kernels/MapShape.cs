namespace Microsoft.ML.Jem.Networks.Kernels;

/// <summary>How the feature maps of one image lie in memory: pixel by pixel, all channels of a pixel side by side, within a border of zeros one pixel wide.</summary>
/// <param name="Height">Lines of pixels.</param>
/// <param name="Width">Pixels per line.</param>
/// <param name="Channels">Values per pixel.</param>
internal sealed record MapShape(int Height, int Width, int Channels)
{
    private const int WidestVector = 16;

    /// <summary>Values from a pixel to the one below.</summary>
    public int Pitch => (Width + 2) * Channels;

    /// <summary>Zeros, border included: whole vectors of any width.</summary>
    public AlignedFloats CreateMap() => new((((Height + 2) * Pitch) + WidestVector - 1) / WidestVector * WidestVector);

    /// <summary>Where the values of a pixel begin; −1 is the border above or to the left.</summary>
    public int IndexOf(int y, int x) => ((y + 1) * Pitch) + ((x + 1) * Channels);

    /// <summary>Where the values of each pixel begin, line by line.</summary>
    public int[] Pixels() => [.. Enumerable.Range(0, Height).SelectMany(y => Enumerable.Range(0, Width).Select(x => IndexOf(y, x)))];
}
