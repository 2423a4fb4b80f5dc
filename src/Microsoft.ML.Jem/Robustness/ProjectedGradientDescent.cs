using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Native;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Robustness;

/// <summary>An untargeted attack on classified points: z ← Π(z + step · direction(∂ −log p(y|z) / ∂z)).</summary>
/// <param name="logProbabilities">From points [n, d] to log p(y|z), [n, K]; gradients flow back.</param>
/// <param name="norm">What bounds the change, and what the direction is.</param>
/// <param name="epsilon">The bound.</param>
/// <param name="stepSize">Length of a step.</param>
internal sealed class ProjectedGradientDescent(Func<Tensor, Tensor> logProbabilities, AttackNorm norm, double epsilon, double stepSize)
{
    private const double SmallestLength = 1e-12;

    /// <summary>The lowest and highest value of each component of each point, [n, d]; null for no limit.</summary>
    public (Tensor Lowest, Tensor Highest)? Range { get; init; }

    /// <summary>Attacks points.</summary>
    /// <param name="points">Where they are, [n, d]; left as they are.</param>
    /// <param name="y">The true classes, int64 [n].</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="randomStart">Draws the first point within ε of each; null to begin at the points themselves.</param>
    /// <param name="visit">Shown each point on the way, the first and the last included, with its log-probabilities, detached; only valid during the call.</param>
    /// <param name="cancellation">Asked before each step.</param>
    public void Run(
        Tensor points, Tensor y, int steps, Generator? randomStart, Action<Tensor, Tensor> visit, CancellationToken cancellation = default)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor z = randomStart is null ? points.detach().clone() : Project(points.Plus(RandomChange(points, randomStart)), points);
        for (int step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope stepScope = NewDisposeScope();
            (Tensor gradient, Tensor logP) = LossGradient(z, y);
            visit(z, logP);
            Tensor next = Project(z.Plus(Direction(gradient), stepSize), points).MoveToOuterDisposeScope();
            z.Dispose();
            z = next;
        }

        using IDisposable noGradients = no_grad();
        visit(z, logProbabilities(z));
    }

    private (Tensor Gradient, Tensor LogProbabilities) LossGradient(Tensor z, Tensor y)
    {
        using IDisposable gradients = enable_grad();
        Tensor input = z.detach().requires_grad_();
        Tensor logP = logProbabilities(input);
        Tensor loss = functional.nll_loss(logP, y, reduction: Reduction.Sum);
        return (autograd.grad([loss], [input])[0], logP.detach());
    }

    private Tensor Direction(Tensor gradient) => norm == AttackNorm.LInfinity
        ? gradient.sign()
        : gradient / Length(gradient).AtLeast(SmallestLength);

    private Tensor Project(Tensor z, Tensor points)
    {
        Tensor change = z - points;
        change = norm == AttackNorm.LInfinity
            ? change.ClampInPlace(-epsilon, epsilon)
            : change * Length(change).AtLeast(SmallestLength).reciprocal().Times(epsilon).AtMost(1);
        Tensor near = points.Plus(change);
        return Range is { } range ? minimum(maximum(near, range.Lowest), range.Highest) : near;
    }

    /// <summary>Uniform over the ball of radius ε.</summary>
    private Tensor RandomChange(Tensor points, Generator generator)
    {
        if (norm == AttackNorm.LInfinity)
            return rand(points.shape, points.dtype, points.device, generator: generator).Times(2).Plus(-1).Times(epsilon);
        Tensor direction = randn(points.shape, points.dtype, points.device, generator: generator);
        Tensor radius = rand([points.shape[0], 1], points.dtype, points.device, generator: generator).ToThePowerOf(1.0 / points.shape[1]);
        return (direction / Length(direction).AtLeast(SmallestLength) * radius).Times(epsilon);
    }

    private static Tensor Length(Tensor rows) => rows.norm(1, keepdim: true, p: 2);
}
