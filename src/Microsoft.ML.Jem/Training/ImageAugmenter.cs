using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>Moves and mirrors images at random, as <see cref="ImageAugmentation"/> says.</summary>
/// <param name="augmentation">What is done.</param>
/// <param name="image">The images' shape.</param>
/// <param name="generator">The source of randomness, on the images' device.</param>
internal sealed class ImageAugmenter(ImageAugmentation augmentation, ImageShape image, Generator generator)
{
    private readonly bool _interleaved = image.Order == PixelOrder.Interleaved;

    /// <summary>Changed copies of rows [n, d], each by chance of its own.</summary>
    public Tensor Augment(Tensor rows)
    {
        using DisposeScope scope = NewDisposeScope();
        long n = rows.shape[0];
        (int vertical, int horizontal) = _interleaved ? (1, 2) : (2, 3);
        long[] shape = _interleaved ? [n, image.Height, image.Width, image.Channels] : [n, image.Channels, image.Height, image.Width];
        Tensor pictures = rows.reshape(shape);

        // Where each pixel comes from: one list of rows and one of columns a picture, the same for all channels.
        Tensor y = Moved(n, image.Height, flip: false);
        Tensor x = Moved(n, image.Width, augmentation.HorizontalFlip);
        pictures = pictures.gather(vertical, Spread(y, vertical, shape));
        pictures = pictures.gather(horizontal, Spread(x, horizontal, shape));
        return pictures.reshape(rows.shape).MoveToOuterDisposeScope();
    }

    /// <summary>For each picture, the position each position is filled from, int64 [n, size].</summary>
    private Tensor Moved(long n, int size, bool flip)
    {
        Tensor positions = NumberOperations.Range(size, generator.device).unsqueeze(0).expand(n, size);
        if (flip)
        {
            Tensor mirrored = randint(2, [n, 1], int64, generator.device, generator: generator).IsEqualTo(1);
            positions = where(mirrored, positions.neg().Plus(size - 1), positions);
        }

        int most = augmentation.Padding;
        if (most == 0)
            return positions;
        Tensor shift = randint((2 * most) + 1, [n, 1], int64, generator.device, generator: generator).Plus(-most);

        // Beyond an edge the picture goes on as its mirror image: −1 is 1, and size is size − 2.
        Tensor moved = positions.Plus(shift).abs();
        return moved.neg().Plus(size - 1).abs().neg().Plus(size - 1);
    }

    private static Tensor Spread(Tensor positions, int dimension, long[] shape)
    {
        long[] aligned = [shape[0], 1, 1, 1];
        aligned[dimension] = shape[dimension];
        return positions.reshape(aligned).expand(shape);
    }
}
