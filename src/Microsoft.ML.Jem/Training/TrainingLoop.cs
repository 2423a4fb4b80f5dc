using System.Diagnostics;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Training;

/// <summary>Trains a joint energy model: algorithm 1 of Grathwohl et al. (ICLR 2020).</summary>
/// <remarks>
/// For every batch: add noise to x⁺, draw x⁻ by Langevin dynamics from the replay buffer, and take a step of Adam down the
/// loss of <see cref="JemObjective"/>. The weights of the epoch with the lowest held-out log-loss are what remains. On trouble the
/// loop goes back to the last good epoch and on with gentler settings (<see cref="DivergenceGuard"/>).
/// </remarks>
internal sealed class TrainingLoop : IDisposable
{
    private readonly TrainingRows _train;
    private readonly TrainingRows _heldOut;
    private readonly Module<Tensor, Tensor> _module;
    private readonly TrainedNetwork _result;
    private readonly List<TrainingProgress> _history = [];
    private readonly Generator _generator;
    private readonly RowTensors _tensors;
    private readonly TrainingPlan _plan;
    private readonly TrainingBatches _batches;
    private readonly WeightSnapshot _good;
    private readonly WeightSnapshot _best;
    private JemTrainingOptions _options;
    private JemObjective _objective;
    private NegativeSamples? _samples;
    private AdamOptimizer _adam;
    private LearningRate _learningRate;
    private double _lowest = double.PositiveInfinity;
    private int _update;
    private int _recoveries;

    private TrainingLoop(TrainingRows train, TrainingRows heldOut, Standardization standardization, JemTrainingOptions options, int seed, Device device)
    {
        (_train, _heldOut, _options) = (train, heldOut, options);
        _generator = new Generator(unchecked((ulong)seed), device);
        _module = options.Network.Create(train.Features.Width, train.ClassCount, _generator, device);
        _result = new TrainedNetwork(options.Network, _module, standardization, device, train.ClassCount, _history);
        _plan = TrainingPlan.For(options, train, standardization);
        _tensors = new RowTensors(train, standardization, device);
        ImageAugmenter? augmenter = options.Augmentation is { } augmentation && options.Network.Image is { } image
            ? new ImageAugmenter(augmentation, image, _generator)
            : null;
        _batches = new TrainingBatches(train, _tensors, _plan, augmenter, _generator);
        _good = new WeightSnapshot(_module);
        _best = new WeightSnapshot(_module);
        (_objective, _samples, _adam, _learningRate) = Prepare();
        _good.Take();
    }

    /// <summary>Trains a network.</summary>
    /// <param name="train">Rows to learn from; at least one. Rows without a label train p(x) only.</param>
    /// <param name="heldOut">Rows that choose the epoch; may be empty, then the last epoch stays.</param>
    /// <param name="standardization">What is done to features first.</param>
    /// <param name="options">The knobs; checked.</param>
    /// <param name="seed">Determines everything random: the same seed on the same machine gives the same weights.</param>
    /// <param name="device">Where to train; see <see cref="TorchDevice"/>.</param>
    /// <param name="log">Told of trouble and what was done about it, or null.</param>
    /// <param name="progress">Receives the state after each epoch, or null.</param>
    /// <param name="cancellation">Ends training within a Langevin step.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Not even a classifier could be trained, or the network does not fit the data.</exception>
    public static TrainedNetwork Run(
        TrainingRows train,
        TrainingRows heldOut,
        Standardization standardization,
        JemTrainingOptions options,
        int seed,
        Device device,
        Action<string>? log,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellation)
    {
        options.Validate();
        TorchLibrary.EnsureLoaded();
        using var loop = new TrainingLoop(train, heldOut, standardization, options, seed, device);
        try
        {
            loop.Train(log, progress, cancellation);
            return loop._result;
        }
        catch
        {
            loop._result.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _good.Dispose();
        _best.Dispose();
        _adam.Dispose();
        _samples?.Dispose();
        _generator.Dispose();
    }

    private void Train(Action<string>? log, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        int lastImprovement = 0;
        int patience = Math.Max(10, _plan.Epochs / 3);
        for (int epoch = 1; epoch <= _plan.Epochs && epoch - lastImprovement <= patience; epoch++)
        {
            var means = new TermMeans();
            if (Epoch(means, cancellation) is { } trouble)
            {
                log?.Invoke(Recover(trouble, epoch));
                lastImprovement = epoch;
                continue;
            }

            HeldOutMetrics metrics = HeldOutMetrics.Of(_result.Logits(_heldOut.Features, cancellation), _heldOut);
            _good.Take();
            if (metrics.LogLoss < _lowest)
            {
                _lowest = metrics.LogLoss;
                _best.Take();
                lastImprovement = epoch;
            }
            else if (double.IsNaN(metrics.LogLoss))
            {
                lastImprovement = epoch;
            }

            TimeSpan elapsed = clock.Elapsed;
            var state = new TrainingProgress(
                epoch, _plan.Epochs, 1, means.Classification, means.DataEnergy - means.SampleEnergy, means.DataEnergy, means.SampleEnergy,
                metrics.Accuracy, metrics.LogLoss, _recoveries, elapsed, elapsed / epoch * (_plan.Epochs - epoch))
            {
                Samples = ReportedSamples(),
            };
            _history.Add(state);
            progress?.Report(state);
        }

        _best.Restore();
        _result.Sampler = _samples?.State(_options.InitialDistribution);
    }

    /// <summary>Some chains of the replay buffer, as the user knows features.</summary>
    private float[][] ReportedSamples()
    {
        if (_samples is null || _options.ReportedSamples == 0)
            return [];
        using DisposeScope scope = NewDisposeScope();
        float[] values = _samples.Chains(_options.ReportedSamples).cpu().contiguous().data<float>().ToArray();
        _result.Standardization.Restore(values);
        return [.. values.Chunk(_result.Standardization.Width)];
    }

    /// <summary>Every row once; returns what went wrong, or null.</summary>
    private string? Epoch(TermMeans means, CancellationToken cancellation)
    {
        _module.train();
        for (int i = 0; i < _batches.CountPerEpoch; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            float[] terms = Update(cancellation);
            if (DivergenceGuard.Trouble(terms[0]) is { } trouble)
                return trouble;
            means.Add(terms);
        }

        _module.eval();
        return DivergenceGuard.Trouble(means);
    }

    /// <summary>One step of Adam; returns the terms of its loss. A loss that is not finite leaves the weights alone.</summary>
    private float[] Update(CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        ObjectiveBatch rows = _batches.Next();
        Tensor? samples = _options.MarginalWeight > 0 ? _samples!.Sample(_plan.BatchSize, cancellation) : null;
        Tensor? samplesOfClass = _options.JointWeight > 0 && rows.Labels is { } y ? _samples!.SampleOfClass(y, cancellation) : null;

        ObjectiveValue value = _objective.Evaluate(_module, rows with { Samples = samples, SamplesOfClass = samplesOfClass });
        float[] terms = value.Terms.cpu().data<float>().ToArray();
        if (!float.IsFinite(terms[0]))
            return terms;

        _adam.ZeroGradients();
        value.Total.backward();
        _adam.Step(_learningRate.Of(_update));
        _update++;
        return terms;
    }

    /// <summary>Goes back to the last good epoch and prepares to go on with gentler settings.</summary>
    private string Recover(string trouble, int epoch)
    {
        _recoveries++;
        if (_recoveries > DivergenceGuard.MostRecoveries + DivergenceGuard.MostClassifierRecoveries)
        {
            throw new InvalidOperationException(
                $"Training diverged {_recoveries} times, the last time in epoch {epoch}: {trouble}. Even as a plain classifier the network "
                + "cannot be trained with these settings; lower LearningRate, or use the default options.");
        }

        _good.Restore();
        _options = DivergenceGuard.Soften(_options, _recoveries);
        _adam.Dispose();
        _samples?.Dispose();
        (_objective, _samples, _adam, _learningRate) = Prepare();
        return DivergenceGuard.Describe(trouble, epoch, _options);
    }

    private (JemObjective Objective, NegativeSamples? Samples, AdamOptimizer Adam, LearningRate LearningRate) Prepare()
    {
        NegativeSamples? samples = _options.MarginalWeight > 0 || _options.JointWeight > 0
            ? new NegativeSamples(_options.Network, _module, _train, _tensors, _options, _generator)
            : null;
        long updates = (long)_plan.Epochs * _batches.CountPerEpoch;
        return (new JemObjective(_options), samples, new AdamOptimizer(_module.parameters(), _options.WeightDecay), new LearningRate(_options, _plan.WarmUp, updates));
    }
}
