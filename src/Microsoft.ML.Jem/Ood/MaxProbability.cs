using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Ood;

/// <summary>
/// ln(1 − max_y softmax f(x)[y]), the doubt in the most probable class. Hendrycks, Gimpel, "A baseline for detecting misclassified
/// and out-of-distribution examples in neural networks", ICLR 2017.
/// </summary>
/// <remarks>Nothing is fitted, nothing is stored.</remarks>
internal sealed record MaxProbability() : Witness(Definition)
{
    /// <summary>Added to 1 − max p, which a float cannot tell from 0 when the classifier is sure.</summary>
    private const float SmallestDoubt = 1e-7f;

    public static readonly WitnessKind Definition = new("MaxProbability", _ => new MaxProbability(), (_, _, _) => new MaxProbability());

    public override string Write(OnnxGraph graph, WitnessInputs inputs)
    {
        string probabilities = graph.AddNode("Softmax", [inputs.Network.Logits], OnnxAttribute.Int("axis", 1));
        string highest = graph.ReduceColumns("ReduceMax", probabilities, keepDimension: true);
        return graph.AddNode("Log", [graph.AddNode("Sub", [graph.Constant("Jem.Sure", 1 + SmallestDoubt), highest])]);
    }
}
