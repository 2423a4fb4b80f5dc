using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.Jem.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Networks;

/// <summary>Nothing keeps a second copy of the weights: of wide rows they take hundreds of megabytes.</summary>
public sealed class WeightMemoryTests : TorchTest
{
    [Fact]
    public void A_graph_has_weights_where_the_tensor_has_them_until_it_is_released()
    {
        using Tensor weights = zeros(2, 3);
        var bytes = new TensorBytes(weights.alias());
        var graph = new OnnxGraph("test");
        graph.AddInitializer("weight", bytes, 2, 3);
        TensorProto stored = graph.ToModel().Graph.Initializer.Single();

        weights.bytes[0] = 7;
        Assert.Equal(7, stored.RawData[0]);
        Assert.Equal([2L, 3L], stored.Dims);

        graph.Release();
        Assert.ThrowsAny<Exception>(() => bytes.GetSpan().Length);
        Assert.Equal(7, weights.bytes[0]);
    }

    [Fact]
    public void A_trained_network_keeps_no_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        TrainingRows rows = Digits.Train.Slice(0, 60);
        var options = new JemTrainingOptions { Network = new WideResNet(10, 1, new ImageShape(1, 8, 8)), NumberOfEpochs = 1, BufferSize = 50, SamplerSteps = 1 };
        using TrainedNetwork trained = TrainingLoop.Run(rows, rows.Subset([]), Standardization.Fit(rows.Features, 3), options, 1, CPU, null, null, TestContext.Current.CancellationToken);

        foreach (Parameter parameter in trained.Module.parameters())
            Assert.Null(parameter.grad);
    }
}
