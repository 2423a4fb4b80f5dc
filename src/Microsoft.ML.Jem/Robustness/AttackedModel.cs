using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Robustness;

/// <summary>A model as its adversary sees it: log-probabilities of rows that may be refined before they are classified.</summary>
/// <param name="graph">The model's graph.</param>
/// <param name="scale">What a deviation of each feature is.</param>
/// <param name="refinementSteps">k of JEM-k: steps toward higher p(x) before a row is classified.</param>
/// <param name="refinementStepSize">What ∂ log p(x)/∂x is multiplied by in such a step, in deviations.</param>
internal sealed class AttackedModel(TorchGraph graph, FeatureScale scale, int refinementSteps, double refinementStepSize)
{
    // Below this a probability is 0 to double precision; the logarithm stays finite, and such a row has fallen anyway.
    private const double SmallestProbability = 1e-300;

    /// <summary>log p(y | moved rows), [n, K]; gradients flow back to the change.</summary>
    /// <param name="rows">Features as they came, float64 [n, d].</param>
    /// <param name="change">How far each feature is moved, in deviations, float64 [n, d].</param>
    public Tensor LogProbabilities(Tensor rows, Tensor change)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor moved = scale.Move(rows, Refine(rows, change));
        return graph.Run(moved, graph.Probability).AtLeast(SmallestProbability).log().MoveToOuterDisposeScope();
    }

    /// <summary>x ← x + α·∂ log p(x)/∂x, k times (section 5.4 of the paper, without noise, which would only hide gradients).</summary>
    private Tensor Refine(Tensor rows, Tensor change)
    {
        bool differentiate = change.requires_grad;
        for (int step = 0; step < refinementSteps; step++)
        {
            using IDisposable gradients = enable_grad();
            Tensor input = differentiate ? change : change.detach().requires_grad_();
            Tensor logDensity = graph.Run(scale.Move(rows, input), JemNames.Energy).neg().sum();
            Tensor gradient = autograd.grad([logDensity], [input], create_graph: differentiate, retain_graph: differentiate)[0];
            change = input.Plus(gradient, refinementStepSize);
        }

        return differentiate ? change : change.detach();
    }
}
