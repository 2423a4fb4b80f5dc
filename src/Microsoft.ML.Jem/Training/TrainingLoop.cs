using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Networks.Kernels;
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
    private readonly PerceptronPass? _pass;
    private readonly StandardizedRows _heldOutRows;
    private readonly double _rate;
    private readonly WeightSnapshot _good;
    private readonly WeightSnapshot _best;
    private Tensor _origin;
    private JemTrainingOptions _options;
    private JemObjective _objective;
    private VectorizedObjective? _vectorized;
    private NegativeSamples? _samples;
    private AdamOptimizer _adam;
    private readonly TrainingSchedule _schedule;
    private readonly WeightAverage? _average;
    private readonly HeldOutProgress _progress = new();
    private int _epoch;
    private long _update;
    private int _recoveries;

    private TrainingLoop(TrainingRows train, TrainingRows heldOut, Standardization standardization, JemTrainingOptions options, int seed, Device device)
    {
        (_train, _heldOut, _options) = (train, heldOut, options);
        _generator = new Generator(unchecked((ulong)seed), device);
        try
        {
            _module = options.Network.Create(train.Features.Width, train.ClassCount, _generator, device);
            _result = new TrainedNetwork(options.Network, _module, standardization, device, train.ClassCount, _history);
            _plan = TrainingPlan.For(options, train, standardization);
            _tensors = new RowTensors(train, standardization, device);
            ImageAugmenter? augmenter = options.Augmentation is { } augmentation && options.Network.Image is { } image
                ? new ImageAugmenter(augmentation, image, _generator)
                : null;
            _batches = new TrainingBatches(train, _tensors, _plan, augmenter, _generator);
            _pass = options.Network.CreatePass(_module);
            _heldOutRows = new StandardizedRows(heldOut.Features, standardization);
            _good = new WeightSnapshot(_module);
            _best = new WeightSnapshot(_module);
            _rate = options.LearningRate;
            _schedule = TrainingSchedule.For(options, _plan, _batches.CountPerEpoch);
            _average = _schedule.Averages ? new WeightAverage(_module) : null;
            Prepare();
            _good.Take();
        }
        catch
        {
            // Whatever the constructor got to: nobody else can dispose it.
            _module?.Dispose();
            Dispose();
            throw;
        }
    }

    /// <summary>Trains a network.</summary>
    /// <param name="train">Rows to learn from; at least one. Rows without a label train p(x) only.</param>
    /// <param name="heldOut">Rows that choose the epoch; may be empty, then the last epoch stays.</param>
    /// <param name="standardization">What is done to features first.</param>
    /// <param name="options">The settings; checked.</param>
    /// <param name="seed">Determines everything random: the same seed on the same machine gives the same weights.</param>
    /// <param name="device">Where to train; see <see cref="TorchDevice"/>.</param>
    /// <param name="log">Told of trouble and what was done about it, or null.</param>
    /// <param name="progress">Receives the state after each epoch, or null.</param>
    /// <param name="cancellation">Ends training within a Langevin step.</param>
    /// <param name="checkpoint">Where to keep the state after a round, and to go on from; or null.</param>
    /// <param name="turn">The core that is given away now and then; or null.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="IOException">The checkpoint could not be written.</exception>
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
        CancellationToken cancellation,
        CheckpointFile? checkpoint = null,
        Turns.Turn? turn = null)
    {
        options.Validate();
        TorchLibrary.EnsureLoaded();
        using var loop = new TrainingLoop(train, heldOut, standardization, options, seed, device);
        try
        {
            loop.Train(log, progress, cancellation, checkpoint, turn);
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
        _good?.Dispose();
        _best?.Dispose();
        _average?.Dispose();
        _adam?.Dispose();
        _samples?.Dispose();
        _origin?.Dispose();
        _generator.Dispose();
    }

    private void Train(Action<string>? log, IProgress<TrainingProgress>? progress, CancellationToken cancellation, CheckpointFile? checkpoint, Turns.Turn? turn)
    {
        if (checkpoint?.Read(Checkpoint) == true && _history.Count > 0)
            progress?.Report(_history[^1]);
        TimeSpan before = _history.Count > 0 ? _history[^1].Elapsed : TimeSpan.Zero;
        var clock = Stopwatch.StartNew();
        while (!_schedule.IsDone)
        {
            var means = new TermMeans();
            if (Round(means, cancellation) is { } trouble)
            {
                log?.Invoke(Recover(trouble));
                _schedule.Recover(_epoch);
            }
            else
            {
                TrainingProgress state = Assess(means, before + clock.Elapsed, cancellation);
                _history.Add(state);
                progress?.Report(state);
            }

            checkpoint?.Write(Checkpoint, atOnce: _schedule.IsDone);
            turn?.Pass();
        }

        _best.Restore();
        _module.eval();
        _adam.DropGradients();
        _result.Sampler = _samples?.State(_options.InitialDistribution);
    }

    /// <summary>Measures the weights on the held-out rows, and keeps them: they are good, and perhaps the best.</summary>
    private TrainingProgress Assess(TermMeans means, TimeSpan elapsed, CancellationToken cancellation)
    {
        _good.Take();
        _average?.Swap();
        HeldOutMetrics metrics = HeldOutMetrics.Of(HeldOutLogits(cancellation), _heldOut);
        bool hasImproved = _progress.TakeIn(metrics.CalibratedLogLoss, out bool isBest);
        if (isBest)
            _best.Take();

        _average?.Swap();
        if (_schedule.Assess(_epoch, _update, hasImproved, _options.MaximumTrainingTime is { } limit ? elapsed / limit : 0))
        {
            _best.Restore();
            _good.Take();
            _average?.Restart();
        }

        int expected = _schedule.ExpectedEpochs;
        return new TrainingProgress(
            _epoch, expected, 1, means.Classification, means.DataEnergy - means.SampleEnergy, means.DataEnergy, means.SampleEnergy,
            metrics.Accuracy, metrics.LogLoss, _recoveries, elapsed, elapsed / _epoch * (expected - _epoch))
        {
            Samples = ReportedSamples(),
        };
    }

    private float[] HeldOutLogits(CancellationToken cancellation)
    {
        if (_pass is null || _heldOut.Count == 0)
            return _result.Logits(_heldOut.Features, cancellation);
        var logits = new float[(long)_heldOut.Count * _heldOut.ClassCount];
        int width = _heldOut.Features.Width;
        for (int start = 0; start < _heldOut.Count; start += PerceptronPass.Capacity)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(PerceptronPass.Capacity, _heldOut.Count - start);
            _pass.Forward(_heldOutRows.Read(start, count));
            _pass.CopyLogits(logits.AsSpan(start * _heldOut.ClassCount, count * _heldOut.ClassCount));
        }

        return logits;
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

    /// <summary>Every row once, or a few times where there are few; returns what went wrong, or null.</summary>
    private string? Round(TermMeans means, CancellationToken cancellation)
    {
        _module.train();
        _epoch += _schedule.EpochsPerRound;
        for (int i = 0; i < _batches.CountPerEpoch * _schedule.EpochsPerRound; i++)
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
        _batches.NoiseShare = _schedule.NoiseShare;
        ObjectiveBatch rows = _batches.Next();
        bool withSamples = _update % _plan.SampleInterval == 0;
        Tensor? samples = withSamples && _options.MarginalWeight > 0 ? _samples!.Sample(_plan.BatchSize, cancellation) : null;
        Tensor? samplesOfClass = withSamples && _options.JointWeight > 0 && rows.Labels is { } y ? _samples!.SampleOfClass(y, cancellation) : null;

        ObjectiveBatch batch = rows with { Samples = samples, SamplesOfClass = samplesOfClass };
        if (_vectorized is not null)
        {
            float[] own = _vectorized.Evaluate(batch);
            if (float.IsFinite(own[0]))
            {
                _adam.Step(_schedule.LearningRate(_update++) * _options.LearningRate / _rate, _vectorized.Gradients);
                _average?.Add();
            }

            return own;
        }

        ObjectiveValue value = _objective.Evaluate(_module, batch);
        float[] terms = value.Terms.cpu().data<float>().ToArray();
        if (!float.IsFinite(terms[0]))
            return terms;

        _adam.ZeroGradients();
        value.Total.backward();
        _adam.Step(_schedule.LearningRate(_update++) * _options.LearningRate / _rate);
        _average?.Add();
        return terms;
    }

    /// <summary>Goes back to the last good epoch and prepares to go on with gentler settings.</summary>
    private string Recover(string trouble)
    {
        _recoveries++;
        if (_recoveries > DivergenceGuard.MostRecoveries + DivergenceGuard.MostClassifierRecoveries)
        {
            throw new InvalidOperationException(
                $"Training diverged {_recoveries} times, the last time in epoch {_epoch}: {trouble}. Even as a plain classifier the network "
                + "cannot be trained with these settings; lower LearningRate, or use the default options.");
        }

        _good.Restore();
        _options = DivergenceGuard.Soften(_options, _recoveries);
        Prepare();
        return DivergenceGuard.Describe(trouble, _epoch, _options);
    }

    /// <summary>Makes what depends on the options, and on where the generator stands now.</summary>
    [MemberNotNull(nameof(_origin), nameof(_objective), nameof(_adam))]
    private void Prepare()
    {
        _origin?.Dispose();
        _adam?.Dispose();
        _samples?.Dispose();
        _origin = _generator.get_state().DetachFromDisposeScope();
        _samples = _options.MarginalWeight > 0 || _options.JointWeight > 0
            ? new NegativeSamples(_options.Network, _module, _train, _tensors, _options, _generator)
            : null;
        _objective = new JemObjective(_options);
        _vectorized = _pass is null ? null : new VectorizedObjective(_pass, _options);
        _adam = new AdamOptimizer(_module.parameters(), _options.WeightDecay);
        _average?.Restart();
    }

    /// <summary>
    /// All that the epochs to come depend on, as it is between two epochs: the module's weights are then the good ones. What
    /// follows from data, options and recoveries is made again rather than kept.
    /// </summary>
    private void Checkpoint(StateStream state)
    {
        state.Value(ref _recoveries);
        state.Tensor(_origin, "the state of the random generator");
        if (state.IsReading)
        {
            for (int recovery = 1; recovery <= _recoveries; recovery++)
                _options = DivergenceGuard.Soften(_options, recovery);
            _generator.set_state(_origin);
            Prepare();
        }

        _good.Checkpoint(state);
        if (state.IsReading)
            _good.Restore();
        _best.Checkpoint(state);
        _adam.Checkpoint(state);
        _samples?.Checkpoint(state);
        _batches.Checkpoint(state);
        state.Generator(_generator);
        state.Value(ref _epoch);
        _schedule.Checkpoint(state);
        _average?.Checkpoint(state);
        _progress.Checkpoint(state);
        state.Value(ref _update);

        // Pictures of the samples are for whoever watched.
        byte[] history = TrainingHistory.ToJson(_history.Select(progress => progress with { Samples = [] }));
        state.Bytes(ref history);
        if (state.IsReading)
            _history.AddRange(TrainingHistory.FromJson(history));
    }
}
