using System.Text.Json;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Tests.Fixtures;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Networks;

/// <summary>The network of wrn10_1_*.json with the weights stored there.</summary>
internal sealed class WideResNetFixture : IDisposable
{
    public WideResNetFixture(string fileName)
    {
        Json = Fixture.Load(fileName);
        int[] shape = Json.GetProperty("input_shape").Ints();
        Network = new WideResNet(10, 1, new ImageShape(shape[0], shape[1], shape[2]));
        Module = Network.Build(Network.Image.Size, 10);
        using IDisposable noGradients = no_grad();
        foreach ((Parameter parameter, string stored) in Stored())
            parameter.copy_(tensor(Json.GetProperty("weights").GetProperty(stored).Floats(), parameter.shape));
    }

    public JsonElement Json { get; }

    public WideResNet Network { get; }

    public nn.Module<Tensor, Tensor> Module { get; }

    public Tensor X => Images(Json.GetProperty("x"));

    public Tensor Y => PerceptronFixture.Labels(Json.GetProperty("y"));

    /// <summary>Images as rows, [n, d].</summary>
    public Tensor Images(JsonElement values) => tensor(values.Floats()).reshape(-1, Network.Image.Size);

    /// <summary>The steps of a trajectory, each as numbers in C order.</summary>
    public double[][] Steps(JsonElement trajectory)
    {
        int steps = (int)trajectory.Shape()[0];
        double[] all = trajectory.Doubles();
        return [.. all.Chunk(all.Length / steps)];
    }

    public IEnumerable<(Parameter Parameter, string StoredName)> Stored() =>
        Module.parameters().Zip(Json.GetProperty("param_order").EnumerateArray().Select(name => name.GetString()!));

    public void Dispose() => Module.Dispose();
}
