using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Training;

/// <summary>Trains a joint energy model: algorithm 1 of Grathwohl et al. (ICLR 2020).</summary>
/// <remarks>
/// For every batch: add noise to x⁺, draw x⁻ by Langevin dynamics from the replay buffer, and take a step of Adam down the
/// loss of <see cref="JemObjective"/>. The weights of the epoch with the lowest held-out log-loss are what remains.
/// </remarks>
internal sealed class TrainingLoop : IDisposable
{
    private readonly TrainingRows _heldOut;
    private readonly JemTrainingOptions _options;
    private readonly Module<Tensor, Tensor> _module;
    private readonly TrainedNetwork _result;
    private readonly List<TrainingProgress> _history = [];
    private readonly Generator _generator;
    private readonly JemObjective _objective;
    private readonly TrainingBatches _batches;
    private readonly NegativeSamples? _samples;
    private readonly Adam _adam;
    private readonly LearningRate _learningRate;
    private readonly BestWeights _best;
    private readonly int _epochs;
    private int _update;

    private TrainingLoop(TrainingRows train, TrainingRows heldOut, Standardization standardization, JemTrainingOptions options, int seed, Device device)
    {
        (_heldOut, _options) = (heldOut, options);
        _generator = new Generator(unchecked((ulong)seed), device);
        _module = options.Network.Create(train.Features.Width, train.ClassCount, _generator, device);
        _result = new TrainedNetwork(options.Network, _module, standardization, device, train.ClassCount, _history);
        _objective = new JemObjective(options);
        var tensors = new RowTensors(train, standardization, device);
        _batches = new TrainingBatches(train, tensors, options, _generator);
        if (options.MarginalWeight > 0 || options.JointWeight > 0)
            _samples = new NegativeSamples(options.Network, _module, train, tensors, options, _generator);
        _adam = Optimizer(_module, options);
        _epochs = options.EpochsFor(train.Count);
        _learningRate = new LearningRate(options, (long)_epochs * _batches.CountPerEpoch);
        _best = new BestWeights(_module);
    }

    /// <summary>Trains a network.</summary>
    /// <param name="train">Rows to learn from; at least one. Rows without a label train p(x) only.</param>
    /// <param name="heldOut">Rows that choose the epoch; may be empty, then the last epoch stays.</param>
    /// <param name="standardization">What is done to features first.</param>
    /// <param name="options">The knobs; checked.</param>
    /// <param name="seed">Determines everything random: the same seed on the same machine gives the same weights.</param>
    /// <param name="device">Where to train; see <see cref="TorchDevice"/>.</param>
    /// <param name="log">Receives a line an epoch, or null.</param>
    /// <param name="progress">Receives the state after each epoch, or null.</param>
    /// <param name="cancellation">Ends training within a Langevin step.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Training diverged, or the network does not fit the data.</exception>
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
        using var threads = new ThreadLimit(
            options.NumberOfThreads ?? options.Network.PreferredThreads(train.Features.Width, train.ClassCount, options.BatchSize));
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

    /// <summary>Adam as in PyTorch: β₁ 0.9, β₂ 0.999, ε 1e-8 added after the bias-corrected root.</summary>
    internal static Adam Optimizer(Module<Tensor, Tensor> module, JemTrainingOptions options) =>
        optim.Adam(module.parameters(), options.LearningRate, weight_decay: options.WeightDecay);

    /// <inheritdoc/>
    public void Dispose()
    {
        _best.Dispose();
        _adam.Dispose();
        _samples?.Dispose();
        _generator.Dispose();
    }

    private void Train(Action<string>? log, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        for (int epoch = 1; epoch <= _epochs; epoch++)
        {
            var means = new TermMeans();
            _module.train();
            for (int i = 0; i < _batches.CountPerEpoch; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                means.Add(Update(epoch, cancellation));
            }

            _module.eval();
            HeldOutMetrics metrics = HeldOutMetrics.Of(_result.Logits(_heldOut.Features, cancellation), _heldOut);
            _best.Offer(metrics.LogLoss);
            TimeSpan elapsed = clock.Elapsed;
            var state = new TrainingProgress(
                epoch, _epochs, means.Classification, means.DataEnergy - means.SampleEnergy,
                means.DataEnergy, means.SampleEnergy, metrics.Accuracy, metrics.LogLoss, elapsed, elapsed / epoch * (_epochs - epoch))
            {
                Samples = ReportedSamples(),
            };
            _history.Add(state);
            log?.Invoke(Describe(state));
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

    /// <summary>One step of Adam; returns the terms of its loss.</summary>
    private float[] Update(int epoch, CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        ObjectiveBatch rows = _batches.Next();
        Tensor? samples = _options.MarginalWeight > 0 ? _samples!.Sample(_options.BatchSize, cancellation) : null;
        Tensor? samplesOfClass = _options.JointWeight > 0 && rows.Labels is { } y ? _samples!.SampleOfClass(y, cancellation) : null;

        ObjectiveValue value = _objective.Evaluate(_module, rows with { Samples = samples, SamplesOfClass = samplesOfClass });
        float[] terms = value.Terms.cpu().data<float>().ToArray();
        if (!float.IsFinite(terms[0]))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Training diverged in epoch {epoch}: the loss is {terms[0]}, the energy of rows {terms[4]:g4}, of samples {terms[5]:g4}. ")
                + "Lower LearningRate, StepSize or MarginalWeight, raise EnergyPenalty or InputNoise, or set GradientClip.");

        _adam.zero_grad();
        foreach (optim.ILearningRateController group in _adam.ParamGroups)
            group.LearningRate = _learningRate.Of(_update);
        value.Total.backward();
        _adam.step();
        _update++;
        return terms;
    }

    private static string Describe(TrainingProgress state) => string.Create(CultureInfo.InvariantCulture,
        $"Epoch {state.Epoch}/{state.Epochs}: cross-entropy {state.ClassificationLoss:f4}, energy of rows {state.DataEnergy:f3}, of samples {state.SampleEnergy:f3}, held-out accuracy {state.ValidationAccuracy:f4}, log-loss {state.ValidationLogLoss:f4}");
}
