using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Ood;

/// <summary>
/// ‖∂ log p(x)/∂x‖₂ = ‖∂ logsumexp_y f(x)[y] / ∂x‖₂, the negated approximate mass: near 0 where the density is flat, as it is around
/// typical rows. Grathwohl et al., "Your classifier is secretly an energy based model", ICLR 2020, section 5.3.
/// </summary>
/// <remarks>
/// Nothing is fitted, nothing is stored. It takes no part in the combination: it needs a backward pass in the graph, and
/// <see cref="HiddenNeighbor"/> sees the same rows (docs/decisions.md).
/// </remarks>
internal sealed record ApproximateMass() : Witness(Definition)
{
    public static readonly WitnessKind Definition = new("ApproximateMass", _ => new ApproximateMass(), (_, _, _) => new ApproximateMass())
    {
        InCombination = false,
        NeedsGradient = true,
    };

    public override string Write(OnnxGraph graph, WitnessInputs inputs) =>
        graph.ReduceColumns("ReduceL2", inputs.Network.Gradient!, keepDimension: true);
}
