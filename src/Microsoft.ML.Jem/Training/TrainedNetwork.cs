using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Sampling;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Training;

/// <summary>A network with the weights training has given it.</summary>
internal sealed class TrainedNetwork(
    JemNetwork network,
    Module<Tensor, Tensor> module,
    Standardization standardization,
    Device device,
    int classCount,
    IReadOnlyList<TrainingProgress> history) : IDisposable
{
    // Rows whose features are held at a time: at most so many, and so many values.
    private const int MostRows = 1024, MostValues = 1 << 22;

    /// <summary>The network's kind, which writes the module to ONNX.</summary>
    public JemNetwork Network => network;

    /// <summary>From standardised features [n, d] to logits [n, K], in evaluation mode; disposed with this object.</summary>
    public Module<Tensor, Tensor> Module => module;

    /// <summary>What the module expects to be done to features before it sees them.</summary>
    public Standardization Standardization => standardization;

    /// <summary>Where the module's weights are.</summary>
    public Device Device => device;

    /// <summary>The epoch whose weights the module has; null where none had labelled held-out rows.</summary>
    public TrainingProgress? Best => history.Where(state => !double.IsNaN(state.ValidationLogLoss)).MinBy(state => state.ValidationLogLoss);

    /// <summary>Number of classes, K.</summary>
    public int ClassCount => classCount;

    /// <summary>One entry an epoch, in order.</summary>
    public IReadOnlyList<TrainingProgress> History => history;

    /// <summary>What samples can be drawn with; null where the network was trained without any.</summary>
    public SamplerState? Sampler { get; set; }

    /// <summary>Writes the network into a graph; temporary tensors of a user's own network end with the call.</summary>
    public NetworkWriter Writer => (graph, input, withGradient) =>
    {
        using DisposeScope scope = NewDisposeScope();
        return network.WriteTo(graph, input, module, withGradient);
    };

    /// <summary>The last hidden layer of some rows on the CPU, [n, h].</summary>
    /// <param name="rows">Features as they came, not standardised.</param>
    /// <param name="chosen">Which rows, at least one.</param>
    /// <exception cref="InvalidOperationException">The network does not name it.</exception>
    public Tensor Hidden(FeatureMatrix rows, int[] chosen)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor[] hidden = [.. chosen.Chunk(RowBudget.Rows(rows.Width, MostRows, MostValues)).Select(block => HiddenOf(rows, block))];
        return cat(hidden, 0).MoveToOuterDisposeScope();
    }

    /// <summary>The logits of rows, [n, K] in row-major order.</summary>
    /// <param name="rows">Features as they came, not standardised.</param>
    /// <param name="cancellation">Asked before each batch.</param>
    public float[] Logits(FeatureMatrix rows, CancellationToken cancellation = default)
    {
        using IDisposable noGradients = no_grad();
        var logits = new float[(long)rows.RowCount * classCount];
        int rowsAtOnce = RowBudget.Rows(rows.Width, MostRows, MostValues);
        for (int start = 0; start < rows.RowCount; start += rowsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            int[] chosen = [.. Enumerable.Range(start, Math.Min(rowsAtOnce, rows.RowCount - start))];
            Tensor values = module.call(RowTensors.Features(rows, chosen, standardization, device)).cpu().contiguous();
            values.data<float>().CopyTo(logits.AsSpan(start * classCount), 0);
        }

        return logits;
    }

    /// <inheritdoc/>
    public void Dispose() => module.Dispose();

    private Tensor HiddenOf(FeatureMatrix rows, int[] chosen)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = network.Hidden(module, RowTensors.Features(rows, chosen, standardization, device))
            ?? throw new InvalidOperationException($"{network.GetType().Name} does not name its last hidden layer.");
        return hidden.cpu().MoveToOuterDisposeScope();
    }
}
