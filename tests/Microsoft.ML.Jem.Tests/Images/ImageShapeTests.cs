using Microsoft.ML.Jem.Images;

namespace Microsoft.ML.Jem.Tests.Images;

public sealed class ImageShapeTests
{
    [Theory]
    [InlineData(new[] { 3, 8, 9 }, PixelOrder.Planar)]
    [InlineData(new[] { 8, 9, 3 }, PixelOrder.Interleaved)]
    [InlineData(new[] { 216 }, PixelOrder.Planar)]
    public void The_dimensions_of_a_column_decide_the_order(int[] dimensions, PixelOrder expected) =>
        Assert.Equal(expected, new ImageShape(3, 8, 9).Resolve(dimensions, "Pixels").Order);

    [Theory]
    [InlineData(new[] { 216 })]
    [InlineData(new[] { 8, 9, 3 })]
    public void An_order_that_was_given_stays(int[] dimensions) =>
        Assert.Equal(PixelOrder.Interleaved, new ImageShape(3, 8, 9, PixelOrder.Interleaved).Resolve(dimensions, "Pixels").Order);

    [Fact]
    public void Grey_images_may_have_two_dimensions() =>
        Assert.Equal(PixelOrder.Planar, new ImageShape(1, 8, 9).Resolve([8, 9], "Pixels").Order);

    [Fact]
    public void Dimensions_against_the_order_given_are_refused()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new ImageShape(3, 8, 9, PixelOrder.Planar).Resolve([8, 9, 3], "Pixels"));
        Assert.Contains("'Pixels' are Interleaved, but the network's shape says Planar", error.Message);
    }

    [Theory]
    [InlineData(new[] { 3, 9, 8 })]
    [InlineData(new[] { 215 })]
    [InlineData(new[] { 8, 9 })]
    public void Other_dimensions_are_refused_with_both(int[] dimensions)
    {
        var error = Assert.Throws<InvalidOperationException>(() => new ImageShape(3, 8, 9).Resolve(dimensions, "Pixels"));
        Assert.Contains(string.Join(" × ", dimensions), error.Message);
        Assert.Contains("3 × 8 × 9", error.Message);
    }

    [Theory]
    [InlineData(0, 8, 8)]
    [InlineData(1, -1, 8)]
    [InlineData(1, 8, 20_000)]
    [InlineData(16, 4096, 4096)]
    public void Sizes_outside_their_range_are_refused(int channels, int height, int width) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageShape(channels, height, width));

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1,2]")]
    [InlineData("{\"channels\":0,\"height\":8,\"width\":8}")]
    public void A_damaged_shape_in_a_file_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => ImageMetadata.Read(new Dictionary<string, string> { [ImageMetadata.Key] = text }));

    [Fact]
    public void A_shape_comes_back_from_a_file_as_it_was()
    {
        var shape = new ImageShape(3, 8, 9, PixelOrder.Interleaved);
        Assert.Equal(shape, ImageMetadata.Read(new Dictionary<string, string> { [ImageMetadata.Key] = ImageMetadata.Write(shape) }));
        Assert.Null(ImageMetadata.Read(new Dictionary<string, string>()));
    }
}
