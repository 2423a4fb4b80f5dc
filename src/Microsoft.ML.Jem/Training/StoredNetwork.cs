using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Training;

/// <summary>Builds the network of a model file again, with the weights stored there: for sampling, gradients and training on.</summary>
internal static class StoredNetwork
{
    /// <summary>All networks in a model, one a member of the ensemble.</summary>
    /// <param name="model">What the file holds.</param>
    /// <param name="own">The user's own network; null where the model holds one of this library's.</param>
    /// <param name="device">Where the weights go.</param>
    /// <returns>The networks in evaluation mode; the caller disposes them.</returns>
    /// <exception cref="InvalidDataException">The file does not say which network it holds, or its weights do not fit that network.</exception>
    /// <exception cref="InvalidOperationException">The file holds a network of the user's own, and <paramref name="own"/> is not it.</exception>
    public static TrainedNetwork[] Load(JemGraphDescription model, JemNetwork? own, Device device)
    {
        JemNetwork network = NetworkDescription.Read(model.Settings.Metadata, own);
        TorchLibrary.EnsureLoaded();
        int count = model.Settings.Members.Count;
        var members = new List<TrainedNetwork>(count);
        try
        {
            for (int m = 0; m < count; m++)
                members.Add(LoadMember(model, network, JemNames.Scope(m, count), device));
            return [.. members];
        }
        catch
        {
            members.ForEach(member => member.Dispose());
            throw;
        }
    }

    private static TrainedNetwork LoadMember(JemGraphDescription model, JemNetwork network, string scope, Device device)
    {
        using var generator = new Generator(0, device);
        Module<Tensor, Tensor> module = network.Create(model.Settings.Width, model.Settings.ClassCount, generator, device);
        try
        {
            CopyWeights(model.Weights, scope, module);
            module.eval();
            return new TrainedNetwork(network, module, model.Settings.Standardization, device, model.Settings.ClassCount, []);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    /// <summary>Fills parameters, and those buffers that hold floats, from the initializers of their names.</summary>
    private static void CopyWeights(IReadOnlyDictionary<string, OnnxTensor> weights, string scope, Module<Tensor, Tensor> module)
    {
        using IDisposable noGradients = no_grad();
        foreach ((string name, Tensor value) in module.state_dict())
        {
            if (value.dtype != ScalarType.Float32)
                continue;
            string initializer = scope + JemNetwork.InitializerName(name);
            if (!weights.TryGetValue(initializer, out OnnxTensor? stored))
                throw new InvalidDataException($"The network has a parameter '{name}', but the model holds no '{initializer}'. A network's WriteTo must name initializers as {nameof(JemNetwork)}.{nameof(JemNetwork.InitializerName)} does.");
            if (!stored.Shape.AsSpan().SequenceEqual(value.shape))
                throw new InvalidDataException($"The network's parameter '{name}' has the shape [{string.Join(", ", value.shape)}], but the model holds [{string.Join(", ", stored.Shape)}]. Use the network, with the settings, that the model was trained with.");
            using Tensor values = tensor(stored.Values, stored.Shape);
            value.copy_(values);
        }
    }
}
