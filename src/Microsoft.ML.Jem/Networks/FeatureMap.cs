using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Jem.Networks;

/// <summary>The feature maps of one image, pixel by pixel, all channels of a pixel side by side, within a border of zeros one pixel wide.</summary>
internal sealed class FeatureMap
{
    // Products go over 8 pixels at a time, and may read what lies beyond the last ones.
    private const int PixelsBeyond = 24;

    private readonly AlignedFloats _values;

    /// <param name="height">Rows of pixels.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="channels">Values a pixel.</param>
    public FeatureMap(int height, int width, int channels)
    {
        (Height, Width, Channels) = (height, width, channels);
        int count = (((height + 2) * (width + 2)) + PixelsBeyond) * channels;
        _values = new AlignedFloats(PanelMatrix.Padded(count));
    }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    /// <summary>All values, border and what lies beyond included: those are 0.</summary>
    public Span<float> Values => _values.Span;

    /// <summary>Values from a pixel to the one below.</summary>
    public int Pitch => (Width + 2) * Channels;

    private Span<Vector512<float>> Vectors => MemoryMarshal.Cast<float, Vector512<float>>(Values);

    /// <summary>A map of the same shape.</summary>
    public FeatureMap Alike() => new(Height, Width, Channels);

    /// <summary>Where the values of a pixel begin; −1 is the border above or to the left.</summary>
    public int IndexOf(int y, int x) => (((y + 1) * (Width + 2)) + x + 1) * Channels;

    /// <summary>Becomes LeakyReLU of another map.</summary>
    public void Activate(FeatureMap other)
    {
        var slope = Vector512.Create((float)PerceptronModule.NegativeSlope);
        Span<Vector512<float>> target = Vectors, source = other.Vectors;
        for (int i = 0; i < target.Length; i++)
            target[i] = Vector512.Max(source[i], source[i] * slope);
    }

    /// <summary>Multiplies by the derivative of LeakyReLU at another map.</summary>
    public void ScaleBySlope(FeatureMap at)
    {
        var slope = Vector512.Create((float)PerceptronModule.NegativeSlope);
        Span<Vector512<float>> target = Vectors, source = at.Vectors;
        for (int i = 0; i < target.Length; i++)
            target[i] *= Vector512.ConditionalSelect(Vector512.GreaterThan(source[i], default), Vector512<float>.One, slope);
    }

    /// <summary>Adds another map.</summary>
    public void Add(FeatureMap other)
    {
        Span<Vector512<float>> target = Vectors, source = other.Vectors;
        for (int i = 0; i < target.Length; i++)
            target[i] += source[i];
    }
}
