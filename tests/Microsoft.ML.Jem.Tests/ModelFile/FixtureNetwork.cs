using System.Text.Json;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Tests.Fixtures;

namespace Microsoft.ML.Jem.Tests.ModelFile;

/// <summary>The multilayer perceptron of a fixture, written into a graph by hand.</summary>
internal sealed class FixtureNetwork(string fileName)
{
    private static readonly string[] Layers = ["f.0", "f.2", "class_output"];

    public JsonElement Data { get; } = Fixture.Load(fileName);

    public int Width => 5;

    public int ClassCount => 3;

    public NetworkValues Write(OnnxGraph graph, string input, bool withGradient)
    {
        string value = input;
        foreach (string layer in Layers)
        {
            JsonElement weight = Data.GetProperty("weights").GetProperty($"{layer}.weight");
            JsonElement bias = Data.GetProperty("weights").GetProperty($"{layer}.bias");
            value = graph.AddNode(
                "Gemm",
                [value, graph.AddInitializer($"{layer}.weight", weight.Floats(), weight.Shape()), graph.AddInitializer($"{layer}.bias", bias.Floats(), bias.Shape())],
                OnnxAttribute.Int("transB", 1));
            if (layer != "class_output")
                value = Activate(graph, value);
        }

        return new NetworkValues(value);
    }

    private string Activate(OnnxGraph graph, string value) => fileName.Contains("silu", StringComparison.Ordinal)
        ? graph.AddNode("Mul", [value, graph.AddNode("Sigmoid", [value])])
        : graph.AddNode("LeakyRelu", [value], OnnxAttribute.Float("alpha", 0.2f));
}
