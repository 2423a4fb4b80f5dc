using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Ood;

/// <summary>
/// E(x) = −logsumexp_y f(x)[y], the energy of a row: its −log p(x) up to a constant. Grathwohl et al., "Your classifier is secretly
/// an energy based model", ICLR 2020; Liu, Wang, Owens, Li, "Energy-based out-of-distribution detection", NeurIPS 2020.
/// </summary>
/// <remarks>Nothing is fitted, nothing is stored.</remarks>
internal sealed record Energy() : Witness(Definition)
{
    public static readonly WitnessKind Definition = new("Energy", _ => new Energy(), (_, _, _) => new Energy());

    /// <summary>2, the best compromise on eleven sets (docs/method.md).</summary>
    public override float Weight => 2;

    public override string Write(OnnxGraph graph, WitnessInputs inputs) => inputs.Energy;
}
