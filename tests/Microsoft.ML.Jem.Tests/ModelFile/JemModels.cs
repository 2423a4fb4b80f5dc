using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.Tests.ModelFile;

/// <summary>Settings and networks that tests put models together from.</summary>
internal static class JemModels
{
    /// <summary>Settings that leave the features as they are.</summary>
    public static JemModelSettings Plain(int width, int classCount) => new()
    {
        Standardization = new Standardization(new float[width], [.. Enumerable.Repeat(1f, width)], float.PositiveInfinity),
        ClassNames = [.. Enumerable.Range(0, classCount).Select(k => $"class {k}")],
        Members = [new MemberSettings([new Jem.Ood.Energy()])],
    };

    /// <summary>Settings of a single member whose <c>OodScore</c> ranks rows by energy among the energies given.</summary>
    public static JemModelSettings Calibrated(int width, int classCount, float temperature = 1.5f, params float[] energies) =>
        Plain(width, classCount) with
        {
            Temperature = temperature,
            Members = [new MemberSettings([new Jem.Ood.Energy()], Calibration(energies.Length > 0 ? energies : [-3, -2, -1, 0]))],
        };

    /// <summary>A curve that leaves energies from −1000 to 1000 as they are but for a shift, and a table of those given.</summary>
    public static MemberCalibration Calibration(params float[] energies)
    {
        var identity = new SurpriseCurve([-1000], [1000], [1]);
        return new MemberCalibration([identity], ConformalTable.Create(Array.ConvertAll(energies, identity.Of)));
    }

    /// <summary>A network whose logits are its features.</summary>
    public static NetworkValues Identity(OnnxGraph graph, string input, bool withGradient) => new(graph.AddNode("Identity", [input]));

    /// <summary>A random perceptron with SiLU.</summary>
    public static NetworkWriter Perceptron(int seed, params int[] sizes) => (graph, input, _) =>
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

        return new NetworkValues(value);
    };
}
