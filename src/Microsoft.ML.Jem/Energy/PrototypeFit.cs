using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Energy;

/// <summary>
/// Chooses training rows whose hidden directions stand for all: the first at random, each next with a probability that grows with
/// its squared distance to those chosen (k-means++, Arthur and Vassilvitskii, SODA 2007).
/// </summary>
internal static class PrototypeFit
{
    /// <summary>Directions kept: with more, every row is near one, the unseen too (docs/method.md).</summary>
    public const int Count = 64;

    /// <summary>Rows chosen from at most.</summary>
    public const int MostRows = 6000;

    private const float SmallestNorm = 1e-6f;

    /// <summary>Chooses prototypes.</summary>
    /// <param name="hidden">The last hidden layer of training rows, [n, h].</param>
    /// <param name="random">The source of randomness.</param>
    public static Prototypes Fit(Tensor hidden, Random random)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long rows = Math.Min(hidden.shape[0], MostRows);
        Tensor chosenRows = linspace(0, hidden.shape[0] - 1, rows, float64).to(int64);
        Tensor directions = hidden.cpu().index_select(0, chosenRows);
        directions /= directions.norm(dim: 1, keepdim: true).ClampInPlace(SmallestNorm, float.MaxValue);

        int count = (int)Math.Min(Count, rows);
        var chosen = new long[count];
        chosen[0] = random.Next((int)rows);
        Tensor nearest = SquaredDistance(directions, chosen[0]);
        for (int i = 1; i < count; i++)
        {
            chosen[i] = Draw(nearest.data<float>().ToArray(), random);
            using Tensor distance = SquaredDistance(directions, chosen[i]);
            nearest = minimum(nearest, distance);
        }

        Tensor prototypes = directions.index_select(0, tensor(chosen)).contiguous();
        return new Prototypes(prototypes.data<float>().ToArray(), (int)prototypes.shape[1]);
    }

    private static Tensor SquaredDistance(Tensor directions, long row)
    {
        // ‖u − v‖² = 2 − 2·u·v of unit vectors, at most 4.
        using Tensor chosen = directions[row];
        using Tensor products = directions.matmul(chosen);
        return products.ScaleInPlace(-2).Plus(2).ClampInPlace(0, 4);
    }

    /// <summary>A row drawn in proportion to its weight; any where all weights are 0.</summary>
    private static int Draw(float[] weights, Random random)
    {
        double total = 0;
        foreach (float weight in weights)
            total += weight;
        double target = random.NextDouble() * total;
        for (int i = 0; i < weights.Length; i++)
        {
            target -= weights[i];
            if (target < 0)
                return i;
        }

        return random.Next(weights.Length);
    }
}
