using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Sampling;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Training;

/// <summary>Draws the samples x⁻ of an update: Langevin chains that start in the replay buffer and end there again.</summary>
internal sealed class NegativeSamples : IDisposable
{
    // How far beyond the clipped features chains may wander: outside all data, but not away for good.
    private const double Beyond = 2;

    // Enough rows for the Gaussians of p0; more would take memory for nothing. And values of theirs at most, 64 megabytes.
    private const int RowsForGaussians = 20_000, ValuesForGaussians = 1 << 24;

    // Values of the replay buffer at most, 128 megabytes: fewer chains where rows are very wide.
    private const int BufferValues = 1 << 25;

    private readonly LangevinSettings _settings;
    private readonly LangevinSampler _sampler;
    private readonly ReplayBuffer _buffer;
    private readonly ClassGaussians? _gaussians;
    private readonly Tensor _prior;
    private readonly Generator _generator;
    private readonly bool _conditional;
    private readonly double _farthest;

    /// <summary>Fits p0 to the training rows and fills the buffer from it.</summary>
    public NegativeSamples(JemNetwork network, Module<Tensor, Tensor> module, TrainingRows train, RowTensors tensors, JemTrainingOptions options, Generator generator)
    {
        (_generator, _conditional, _farthest) = (generator, options.ConditionalSamples, options.FeatureLimit + Beyond);
        _settings = new LangevinSettings(options.SamplerSteps ?? network.PreferredSamplerSteps, options.StepSize, options.SamplerNoise, options.GradientClip);
        _sampler = new LangevinSampler(network, module, _settings, generator);
        _prior = Prior(train, generator.device);
        using DisposeScope scope = NewDisposeScope();
        if (options.InitialDistribution == InitialDistribution.ClassGaussian)
            _gaussians = Fit(train, tensors, generator);

        var starts = new ChainStarts(options.InitialDistribution, _gaussians, train.Features.Width, generator);
        int size = Math.Max(RowBudget.Rows(train.Features.Width, options.BufferSize, BufferValues), train.ClassCount);
        bool byClass = _conditional || options.JointWeight > 0;
        Tensor classes = byClass ? ReplayBuffer.ClassOfEntries(size, train.ClassCount, generator.device) : DrawClasses(size);
        Tensor chains = starts.Draw(classes).ClampInPlace(-options.FeatureLimit, options.FeatureLimit).DetachFromDisposeScope();
        _buffer = new ReplayBuffer(chains, train.ClassCount, options.RestartProbability, starts, generator);
    }

    /// <summary>Samples of p(x), [count, d].</summary>
    public Tensor Sample(int count, CancellationToken cancellation)
    {
        Tensor classes = DrawClasses(count);
        if (_conditional)
            return SampleOfClass(classes, cancellation);
        (Tensor start, Tensor entries) = _buffer.Draw(classes);
        return Run(start, entries, null, cancellation);
    }

    /// <summary>A sample of p(x|y) for each class in <paramref name="y"/>, int64 [n].</summary>
    public Tensor SampleOfClass(Tensor y, CancellationToken cancellation)
    {
        (Tensor start, Tensor entries) = _buffer.DrawOfClass(y);
        return Run(start, entries, y, cancellation);
    }

    /// <summary>The chains; p0 follows from the rows and the generator it was fitted with.</summary>
    public void Checkpoint(StateStream state) => state.Tensor(_buffer.Chains, "the replay buffer");

    /// <summary>Chains of the buffer, evenly over its parts, [count, d].</summary>
    public Tensor Chains(int count)
    {
        using DisposeScope scope = NewDisposeScope();
        long size = _buffer.Chains.shape[0];
        long taken = Math.Min(count, size);
        long[] entries = [.. Enumerable.Range(0, (int)taken).Select(i => i * size / taken)];
        return _buffer.Chains.index_select(0, tensor(entries, device: _buffer.Chains.device)).MoveToOuterDisposeScope();
    }

    /// <summary>What a model keeps to draw samples with.</summary>
    public SamplerState State(InitialDistribution distribution)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor chains = Chains((int)Math.Clamp(SamplerState.MostValues / _buffer.Chains.shape[1], 1, SamplerState.MostChains));
        Tensor? factors = _gaussians?.Factors;
        if (factors is not null && factors.numel() > SamplerState.MostValues && factors.dim() == 3)
            factors = factors.norm(dim: 2);
        return new SamplerState(
            _settings, distribution, Values(_prior), Values(chains),
            _gaussians is null ? null : Values(_gaussians.Means), factors is null ? null : Values(factors));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer.Dispose();
        _gaussians?.Dispose();
        _prior.Dispose();
    }

    private Tensor Run(Tensor start, Tensor entries, Tensor? y, CancellationToken cancellation)
    {
        Tensor ends = _sampler.Sample(start, y, cancellation).ClampInPlace(-_farthest, _farthest);
        _buffer.Store(entries, ends);
        return ends;
    }

    private static OnnxTensor Values(Tensor tensor) => new(tensor.cpu().contiguous().data<float>().ToArray(), tensor.shape);

    private Tensor DrawClasses(int count) => _prior.multinomial(count, replacement: true, _generator);

    private static ClassGaussians Fit(TrainingRows train, RowTensors tensors, Generator generator)
    {
        int[] rows = [.. Enumerable.Range(0, train.Count)];
        int most = RowBudget.Rows(train.Features.Width, RowsForGaussians, ValuesForGaussians);
        if (rows.Length > most)
        {
            var order = new RowShuffle(rows, generator);
            rows = new int[most];
            order.Next(rows);
        }

        return ClassGaussians.Fit(tensors.Features(rows), tensors.Labels(rows), train.ClassCount);
    }

    /// <summary>How often each class occurs, [K]; alike where no row has a label.</summary>
    private static Tensor Prior(TrainingRows train, Device device)
    {
        var counts = new float[train.ClassCount];
        foreach (int label in train.Labels)
        {
            if (label != TrainingRows.Unlabelled)
                counts[label]++;
        }

        if (counts.All(count => count == 0))
            Array.Fill(counts, 1);
        return tensor(counts, device: device).DetachFromDisposeScope();
    }
}
