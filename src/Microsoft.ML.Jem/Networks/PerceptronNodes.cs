using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Networks;

/// <summary>Writes an activation to a graph, and its derivative where the input gradient is wanted.</summary>
internal static class PerceptronNodes
{
    /// <summary>Names of a(z) and, where wanted, a'(z).</summary>
    public static (string Value, string Derivative) Activate(OnnxGraph graph, Activation activation, string z, bool withDerivative)
    {
        return activation switch
        {
            Activation.SiLU => SiLU(graph, z, withDerivative),
            Activation.LeakyReLU => LeakyReLU(graph, z, withDerivative),
            _ => throw Activations.Unknown(activation),
        };
    }

    private static (string Value, string Derivative) LeakyReLU(OnnxGraph graph, string z, bool withDerivative)
    {
        const float Slope = (float)PerceptronModule.NegativeSlope;
        string value = graph.AddNode("LeakyRelu", [z], OnnxAttribute.Float("alpha", Slope));
        return (value, withDerivative ? LeakySlope(graph, z, Slope) : "");
    }

    private static (string Value, string Derivative) SiLU(OnnxGraph graph, string z, bool withDerivative)
    {
        string sigmoid = graph.AddNode("Sigmoid", [z]);
        string silu = graph.AddNode("Mul", [z, sigmoid]);
        if (!withDerivative)
            return (silu, "");

        // a = z·σ(z), so a' = σ + z·σ·(1 − σ) = a + σ·(1 − a).
        string rest = graph.AddNode("Mul", [sigmoid, graph.AddNode("Sub", [graph.Constant("network.one", 1), silu])]);
        return (silu, graph.AddNode("Add", [silu, rest]));
    }

    /// <summary>1 where z is above 0, the slope elsewhere: max(sign z, slope) with sign 0 = 0.</summary>
    private static string LeakySlope(OnnxGraph graph, string z, float slope) =>
        graph.AddNode("Max", [graph.AddNode("Sign", [z]), graph.Constant("network.leakySlope", slope)]);
}
