using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class ImageAugmenterTests : TorchTest
{
    private static readonly ImageShape Planar = new(2, 3, 4, PixelOrder.Planar);

    [Fact]
    public void Flips_mirror_every_channel_of_about_half_of_the_images()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] image = [.. Enumerable.Range(0, 24).Select(value => (float)value)];
        float[] mirrored = [.. image.Chunk(4).SelectMany(row => row.Reverse())];

        float[][] rows = Augment(new ImageAugmentation(HorizontalFlip: true), Planar, image, 400);

        Assert.All(rows, row => Assert.True(row.SequenceEqual(image) || row.SequenceEqual(mirrored)));
        Assert.InRange(rows.Count(row => row.SequenceEqual(mirrored)), 150, 250);
    }

    [Fact]
    public void Crops_move_the_image_and_fill_the_edges_with_its_mirror_image()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] image = [.. Enumerable.Range(0, 24).Select(value => (float)value)];

        float[][] rows = Augment(new ImageAugmentation(Padding: 1), Planar, image, 200);

        var expected = new HashSet<string>();
        for (int dy = -1; dy <= 1; dy++)
        {
            for (int dx = -1; dx <= 1; dx++)
            {
                var moved = new float[24];
                for (int i = 0; i < 24; i++)
                {
                    (int c, int y, int x) = (i / 12, i / 4 % 3, i % 4);
                    moved[i] = image[Planar.IndexOf(c, Reflect(y + dy, 3), Reflect(x + dx, 4))];
                }

                expected.Add(string.Join(",", moved));
            }
        }

        Assert.Equal(9, expected.Count);
        Assert.Equal(expected, rows.Select(row => string.Join(",", row)).ToHashSet());
        static int Reflect(int position, int size) => position < 0 ? -position : position >= size ? (2 * size) - 2 - position : position;
    }

    [Fact]
    public void Interleaved_images_are_changed_as_planar_ones_are()
    {
        using DisposeScope scope = NewDisposeScope();
        ImageShape interleaved = Planar with { Order = PixelOrder.Interleaved };
        var augmentation = new ImageAugmentation(2, true);
        float[] image = [.. Enumerable.Range(0, 24).Select(value => (float)value)];

        float[][] expected = Augment(augmentation, Planar, image, 20);
        float[][] actual = Augment(augmentation, interleaved, Interleave(image), 20);

        Assert.Equal(expected.Select(Interleave), actual);
        float[] Interleave(float[] planar)
        {
            var values = new float[24];
            for (int i = 0; i < 24; i++)
                values[interleaved.IndexOf(i / 12, i / 4 % 3, i % 4)] = planar[i];
            return values;
        }
    }

    [Theory]
    [InlineData(8, "Augmentation.Padding is 8: expected a number from 0 to 7")]
    [InlineData(-1, "Augmentation.Padding is -1")]
    public void A_padding_outside_its_range_is_refused(int padding, string expected)
    {
        var options = new JemTrainingOptions { Network = new WideResNet(10, 1, new ImageShape(1, 8, 9)), Augmentation = new ImageAugmentation(padding) };
        Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(options.Validate).Message);
    }

    [Fact]
    public void Rows_that_are_no_images_cannot_be_augmented()
    {
        var options = new JemTrainingOptions { Augmentation = new ImageAugmentation(1) };
        Assert.Contains("takes no images", Assert.Throws<ArgumentOutOfRangeException>(options.Validate).Message);
    }

    private static float[][] Augment(ImageAugmentation augmentation, ImageShape shape, float[] image, int count)
    {
        using var generator = new Generator(1);
        Tensor rows = tensor(image).unsqueeze(0).expand(count, image.Length).contiguous();
        return [.. Near.Floats(new ImageAugmenter(augmentation, shape, generator).Augment(rows)).Chunk(image.Length)];
    }
}
