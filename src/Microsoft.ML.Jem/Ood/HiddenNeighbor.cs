using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Ood;

/// <summary>
/// min_i ‖h/‖h‖ − u_i‖, the distance from the direction of the last hidden layer h to the nearest of the directions u that it took on
/// training rows. Sun, Ming, Zhu, Li, "Out-of-distribution detection with deep nearest neighbors", ICML 2022.
/// </summary>
/// <remarks>
/// Fitted from the hidden layer of evenly spaced training rows, of which <see cref="MostDirections"/> are chosen by k-means++. The
/// directions are stored.
/// </remarks>
/// <param name="Directions">u, unit vectors, [<see cref="Count"/>, <paramref name="Width"/>] row-major.</param>
/// <param name="Width">Units of the hidden layer.</param>
internal sealed record HiddenNeighbor(float[] Directions, int Width) : Witness(Definition)
{
    /// <summary>Directions kept: with more, every row is near one, the unseen too (docs/method.md).</summary>
    private const int MostDirections = 64;

    /// <summary>Rows chosen from at most.</summary>
    private const int MostRows = 6000;

    /// <summary>Keeps the direction of a hidden layer that is all zero finite.</summary>
    private const float SmallestNorm = 1e-6f;

    private const string Stored = JemNames.Prefix + "Prototypes";

    public static readonly WitnessKind Definition = new("HiddenNeighbor", Fit, Read) { NeedsHidden = true, Rounded = Stored };

    /// <summary>Number of directions.</summary>
    public int Count => Directions.Length / Width;

    /// <summary>
    /// Chooses rows whose directions stand for all: the first at random, each next with a probability that grows with its squared
    /// distance to those chosen (k-means++, Arthur and Vassilvitskii, SODA 2007).
    /// </summary>
    public static HiddenNeighbor Fit(WitnessSource source)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(source.Seed);
        Tensor directions = source.Hidden(RowBudget.Spread(source.Rows.Count, MostRows));
        directions /= directions.norm(dim: 1, keepdim: true).ClampInPlace(SmallestNorm, float.MaxValue);

        int rows = (int)directions.shape[0];
        var chosen = new long[Math.Min(MostDirections, rows)];
        chosen[0] = random.Next(rows);
        Tensor nearest = SquaredDistance(directions, chosen[0]);
        for (int i = 1; i < chosen.Length; i++)
        {
            chosen[i] = Draw(nearest.data<float>().ToArray(), random);
            using Tensor distance = SquaredDistance(directions, chosen[i]);
            nearest = minimum(nearest, distance);
        }

        Tensor kept = directions.index_select(0, tensor(chosen)).contiguous();
        return new HiddenNeighbor(kept.data<float>().ToArray(), (int)kept.shape[1]);
    }

    /// <summary>√(2 − 2·max_i cos(h, u_i)), which is the distance of unit vectors.</summary>
    public override string Write(OnnxGraph graph, WitnessInputs inputs)
    {
        string hidden = inputs.Network.Hidden!;
        string products = graph.AddNode("Gemm", [hidden, graph.AddInitializer(Stored, Directions, Count, Width)], OnnxAttribute.Int("transB", 1));
        string nearest = graph.ReduceColumns("ReduceMax", products, keepDimension: true);
        string norm = graph.AddNode("Max", [graph.ReduceColumns("ReduceL2", hidden, keepDimension: true), graph.Constant("Jem.SmallestNorm", SmallestNorm)]);
        string two = graph.Constant("Jem.Two", 2);
        string cosine = graph.AddNode("Min", [graph.AddNode("Div", [nearest, norm]), graph.Constant("Jem.One", 1)]);
        return graph.AddNode("Sqrt", [graph.AddNode("Sub", [two, graph.AddNode("Mul", [cosine, two])])]);
    }

    private static HiddenNeighbor Read(OnnxWeights weights, string scope, int width)
    {
        OnnxTensor directions = weights.Get(scope + Stored);
        return directions.Shape is [> 0, > 0]
            ? new HiddenNeighbor(directions.Values, (int)directions.Shape[1])
            : throw new InvalidDataException("The model is damaged: its hidden prototypes have no valid shape.");
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
