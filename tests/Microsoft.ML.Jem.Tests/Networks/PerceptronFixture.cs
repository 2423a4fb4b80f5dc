using System.Text.Json;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Tests.Fixtures;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Networks;

/// <summary>The network of mlp_lrelu.json or mlp_silu.json with the weights stored there.</summary>
internal sealed class PerceptronFixture : IDisposable
{
    private static readonly string[] StoredNames =
        ["f.0.weight", "f.0.bias", "f.2.weight", "f.2.bias", "class_output.weight", "class_output.bias"];

    public PerceptronFixture(string fileName)
    {
        Json = Fixture.Load(fileName);
        Network = new MultilayerPerceptron(fileName.Contains("silu") ? Activation.SiLU : Activation.LeakyReLU, 16, 12);
        Module = Network.Build(5, 3);
        using IDisposable noGradients = no_grad();
        foreach ((Parameter parameter, string stored) in Parameters().Zip(StoredNames))
            parameter.copy_(tensor(Json.GetProperty("weights").GetProperty(stored).Floats(), parameter.shape));
    }

    public JsonElement Json { get; }

    public MultilayerPerceptron Network { get; }

    public nn.Module<Tensor, Tensor> Module { get; }

    public Tensor X => Matrix(Json.GetProperty("x"));

    public Tensor Y => Labels(Json.GetProperty("y"));

    public static Tensor Matrix(JsonElement values) => tensor(values.Floats(), values.Shape());

    public static Tensor Labels(JsonElement values) => tensor(Array.ConvertAll(values.Ints(), value => (long)value));

    public IEnumerable<(Parameter Parameter, string StoredName)> Stored() => Parameters().Zip(StoredNames);

    public void Dispose() => Module.Dispose();

    private IEnumerable<Parameter> Parameters() => Module.parameters();
}
