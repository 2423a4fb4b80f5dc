using Microsoft.ML.Jem.Calibration;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Tests.Onnx;

/// <summary>Settings and networks that tests put models together from.</summary>
internal static class JemModels
{
    /// <summary>Settings that leave the features as they are.</summary>
    public static JemModelSettings Plain(int width, int classCount) => new()
    {
        Standardization = new Standardization(new float[width], [.. Enumerable.Repeat(1f, width)], float.PositiveInfinity),
        ClassNames = [.. Enumerable.Range(0, classCount).Select(k => $"class {k}")],
    };

    public static JemModelSettings Calibrated(int width, int classCount, float temperature = 1.5f, params float[] energies) =>
        Plain(width, classCount) with
        {
            Temperature = temperature,
            EnergyTable = ConformalTable.Create(energies.Length > 0 ? energies : [-3, -2, -1, 0]),
        };

    /// <summary>A network whose logits are its features.</summary>
    public static string Identity(OnnxGraph graph, string input) => graph.AddNode("Identity", [input]);

    /// <summary>A random perceptron with SiLU.</summary>
    public static Func<OnnxGraph, string, string> Perceptron(int seed, params int[] sizes) => (graph, input) =>
    {
        var random = new Random(seed);
        string value = input;
        for (int layer = 1; layer < sizes.Length; layer++)
        {
            var weight = new float[sizes[layer] * sizes[layer - 1]];
            for (int i = 0; i < weight.Length; i++)
                weight[i] = (float)((2 * random.NextDouble() - 1) / Math.Sqrt(sizes[layer - 1]));
            value = graph.AddNode(
                "Gemm",
                [value, graph.AddInitializer($"{layer}.weight", weight, sizes[layer], sizes[layer - 1]), graph.AddInitializer($"{layer}.bias", new float[sizes[layer]], sizes[layer])],
                OnnxAttribute.Int("transB", 1));
            if (layer + 1 < sizes.Length)
                value = graph.AddNode("Mul", [value, graph.AddNode("Sigmoid", [value])]);
        }

        return value;
    };
}
