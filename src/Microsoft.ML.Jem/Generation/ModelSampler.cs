using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Sampling;
using Microsoft.ML.Jem.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Generation;

/// <summary>
/// The generative side of a model: samples, and gradients of its energies. A model of several networks has the mean of their
/// energies. For one thread at a time.
/// </summary>
/// <param name="members">The networks; disposed with this object.</param>
/// <param name="state">What the model has kept of its sampler; null where it was trained without samples.</param>
internal sealed class ModelSampler(IReadOnlyList<TrainedNetwork> members, SamplerState? state) : IDisposable
{
    private const int RowsAtOnce = 256;
    private const int TypicalRows = 64;

    // Where a model was trained without samples, steps are those of the paper, without noise.
    private static readonly LangevinSettings PlainStep = new(1, 1, 0);

    private readonly Standardization _standardization = members[0].Standardization;
    private readonly Device _device = members[0].Device;

    /// <summary>The number of CPU threads that serves the networks best; null for libtorch's own choice.</summary>
    public int? PreferredThreads => members[0].Network.PreferredThreads(Width, members[0].ClassCount, TypicalRows);

    private int Width => _standardization.Width;

    /// <summary>Draws samples of p(x), or of p(x|y).</summary>
    /// <param name="count">Number of samples.</param>
    /// <param name="label">The class, or null.</param>
    /// <param name="steps">Langevin steps.</param>
    /// <param name="start">Where chains begin.</param>
    /// <param name="seed">Determines the samples.</param>
    /// <param name="cancellation">Asked before each step.</param>
    /// <returns>Rows in the user's feature space.</returns>
    /// <exception cref="InvalidOperationException">The model was trained, or exported, without samples.</exception>
    public float[][] Sample(int count, int? label, int steps, SampleStart start, int seed, CancellationToken cancellation)
    {
        SamplerState stored = state ?? throw new InvalidOperationException(
            "The model has nothing to draw samples from: it was trained without samples (train it with MarginalWeight above 0), p(x) could not be "
            + "trained (training warned of it in the log of the MLContext), or it comes from an ONNX file that was exported without them (export with IncludeSampler).");
        using var generator = new Generator(unchecked((ulong)seed), _device);
        using var starts = new StoredStarts(stored, _device, generator);
        using Tensor? candidates = start == SampleStart.ReplayBuffer ? Candidates(starts.Chains, label) : null;
        return InBatches(count, (_, size) =>
        {
            Tensor y = label is { } k ? Classes(k, size) : starts.DrawClasses(size);
            Tensor x = candidates is { } chains && chains.shape[0] > 0
                ? chains.index_select(0, randint(chains.shape[0], [size], int64, _device, generator: generator))
                : starts.DrawInitial(y);
            return Run(x, label is null ? null : y, stored.Langevin with { Steps = steps }, generator, cancellation);
        });
    }

    /// <summary>Moves rows along the gradient of log p(x), or of log p(x|y): to lower energy.</summary>
    /// <param name="rows">Rows in the user's feature space.</param>
    /// <param name="label">The class, or null.</param>
    /// <param name="steps">Langevin steps; 0 gives the rows back.</param>
    /// <param name="noise">σ of each step, in standardised features.</param>
    /// <param name="seed">Determines the noise.</param>
    /// <param name="cancellation">Asked before each step.</param>
    public float[][] Refine(FeatureMatrix rows, int? label, int steps, double noise, int seed, CancellationToken cancellation)
    {
        using var generator = new Generator(unchecked((ulong)seed), _device);
        LangevinSettings settings = (state?.Langevin ?? PlainStep) with { Steps = steps, Noise = noise };
        return InBatches(rows.RowCount, (first, size) =>
            Run(Features(rows, first, size), label is { } k ? Classes(k, size) : null, settings, generator, cancellation));
    }

    /// <summary>E(x, y) = −f(x)[y] of rows for every class, [n][K].</summary>
    public float[][] ClassEnergies(FeatureMatrix rows, CancellationToken cancellation)
    {
        var energies = new float[rows.RowCount][];
        for (int i = 0; i < energies.Length; i++)
            energies[i] = new float[members[0].ClassCount];
        foreach (TrainedNetwork member in members)
        {
            float[] logits = member.Logits(rows, cancellation);
            for (int i = 0; i < logits.Length; i++)
                energies[i / member.ClassCount][i % member.ClassCount] -= logits[i] / members.Count;
        }

        return energies;
    }

    /// <summary>−‖∂ log p(x)/∂x‖₂ of rows, in standardised features, [n].</summary>
    public float[] ApproximateMass(FeatureMatrix rows, CancellationToken cancellation)
    {
        var mass = new float[rows.RowCount];
        for (int first = 0; first < mass.Length; first += RowsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            int size = Math.Min(RowsAtOnce, mass.Length - first);
            Gradient(Features(rows, first, size), null).norm(dim: 1).neg().cpu().data<float>().CopyTo(mass.AsSpan(first), 0);
        }

        return mass;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TrainedNetwork member in members)
            member.Dispose();
    }

    private Tensor Run(Tensor x, Tensor? y, LangevinSettings settings, Generator generator, CancellationToken cancellation)
    {
        for (int step = 0; step < settings.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor? noise = settings.Noise > 0 ? randn(x.shape, float32, _device, generator: generator) : null;
            Tensor next = LangevinSampler.Advance(Gradient(x, y), x, noise, settings).MoveToOuterDisposeScope();
            x.Dispose();
            x = next;
        }

        return x;
    }

    /// <summary>The mean over the networks of ∂f/∂x; a new tensor.</summary>
    private Tensor Gradient(Tensor x, Tensor? y)
    {
        Tensor? sum = null;
        foreach (TrainedNetwork member in members)
        {
            using var frozen = new FrozenParameters(member.Module);
            Tensor gradient = y is null
                ? InputGradient.OfLogSumExp(member.Network, member.Module, x)
                : InputGradient.OfClass(member.Network, member.Module, x, y);
            sum = sum is null ? gradient : sum.AddInPlace(gradient);
        }

        return sum!.DivideInPlace(members.Count);
    }

    /// <summary>The chains to start from: all of them, or those the model puts into a class.</summary>
    private Tensor Candidates(Tensor chains, int? label)
    {
        if (label is not { } k)
            return chains.alias();
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor probabilities = members.Select(member => member.Module.call(chains).softmax(1)).Aggregate((sum, next) => sum.Plus(next));
        Tensor own = probabilities.argmax(1).PositionsOf(k);
        return chains.index_select(0, own).MoveToOuterDisposeScope();
    }

    /// <summary>The same class for each of the rows, int64 [size].</summary>
    private Tensor Classes(int k, int size) => tensor(Enumerable.Repeat((long)k, size).ToArray(), device: _device);

    private Tensor Features(FeatureMatrix rows, int first, int size) =>
        RowTensors.Features(rows, [.. Enumerable.Range(first, size)], _standardization, _device);

    private float[][] InBatches(int count, Func<int, int, Tensor> batch)
    {
        var rows = new List<float[]>(count);
        for (int first = 0; first < count; first += RowsAtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            float[] values = batch(first, Math.Min(RowsAtOnce, count - first)).cpu().contiguous().data<float>().ToArray();
            _standardization.Restore(values);
            rows.AddRange(values.Chunk(Width));
        }

        return [.. rows];
    }
}
