using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;

namespace Microsoft.ML.Jem.Tests.Images;

public sealed class ImageGridTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");

    [Fact]
    public void Images_lie_side_by_side_with_their_values_from_black_to_white()
    {
        var shape = new ImageShape(1, 2, 3);
        ImageGrid.Write(_path, [[0, 1, 2, 3, 4, 9], [4, 3, 2, 1, 0, -9], [2, 2, 2, 2, 2, 2]], shape, black: 0, white: 4, columns: 2, zoom: 2);

        using MLImage grid = MLImage.CreateFromFile(_path);
        Assert.Equal((15, 11), (grid.Width, grid.Height));
        Assert.Equal([0, 0, 64, 64, 128, 128], Enumerable.Range(1, 6).Select(x => Pixel(grid, x, 1)[0]));
        Assert.Equal([191, 191, 255, 255, 255, 255], Enumerable.Range(1, 6).Select(x => Pixel(grid, x, 4)[0]));
        Assert.Equal([255, 255, 191, 191, 128, 128], Enumerable.Range(8, 6).Select(x => Pixel(grid, x, 2)[0]));
        Assert.Equal(128, Pixel(grid, 3, 7)[0]);
        Assert.Equal(96, Pixel(grid, 0, 0)[0]);
        Assert.Equal(96, Pixel(grid, 10, 8)[0]);
    }

    [Theory]
    [InlineData(PixelOrder.Planar)]
    [InlineData(PixelOrder.Interleaved)]
    public void Colours_keep_their_channel_in_either_order(PixelOrder order)
    {
        var shape = new ImageShape(3, 1, 2, order);
        float[] image = order == PixelOrder.Planar ? [255, 0, 10, 20, 0, 200] : [255, 10, 0, 0, 20, 200];
        ImageGrid.Write(_path, [image], shape);

        using MLImage grid = MLImage.CreateFromFile(_path);
        Assert.Equal([255, 10, 0], Pixel(grid, 1, 1));
        Assert.Equal([0, 20, 200], Pixel(grid, 2, 1));
    }

    [Fact]
    public void What_is_no_image_is_refused()
    {
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => ImageGrid.Write(_path, [], new ImageShape(1, 2, 2))).Message);
        Assert.Contains("Image 1 has 3 values", Assert.Throws<ArgumentException>(() => ImageGrid.Write(_path, [new float[4], new float[3]], new ImageShape(1, 2, 2))).Message);
        Assert.Contains("not of 2", Assert.Throws<ArgumentException>(() => ImageGrid.Write(_path, [new float[8]], new ImageShape(2, 2, 2))).Message);
        Assert.False(File.Exists(_path));
    }

    public void Dispose() => File.Delete(_path);

    /// <summary>Red, green and blue of a pixel.</summary>
    private static int[] Pixel(MLImage image, int x, int y)
    {
        ReadOnlySpan<byte> pixel = image.Pixels.Slice(4 * ((y * image.Width) + x), 4);
        return image.PixelFormat == MLPixelFormat.Rgba32 ? [pixel[0], pixel[1], pixel[2]] : [pixel[2], pixel[1], pixel[0]];
    }
}
