namespace Microsoft.ML.Jem.Training;

/// <summary>How fast a network learns, how long, and which of its states is kept.</summary>
internal abstract class TrainingSchedule
{
    /// <summary>Whether training is over.</summary>
    public abstract bool IsDone { get; }

    /// <summary>Passes over the training rows in all, as far as can be said now.</summary>
    public abstract int ExpectedEpochs { get; }

    /// <summary>Passes over the training rows between two looks at the held-out rows.</summary>
    public abstract int EpochsPerRound { get; }

    /// <summary>Whether the mean of the weights of late is what is looked at, rather than the weights themselves.</summary>
    public abstract bool Averages { get; }

    /// <summary>Whether the learning rate has begun to fall for good.</summary>
    public abstract bool IsFalling { get; }

    /// <summary>The share of the input noise that rows get.</summary>
    public virtual double NoiseShare => 1;

    /// <summary>The schedule that options ask for.</summary>
    /// <param name="options">The options.</param>
    /// <param name="plan">What follows from the rows.</param>
    /// <param name="updatesPerEpoch">Updates of one pass over the training rows.</param>
    public static TrainingSchedule For(JemTrainingOptions options, TrainingPlan plan, int updatesPerEpoch) => plan.Epochs is { } epochs
        ? new PlannedSchedule(options, epochs, plan.WarmUp ?? (int)Math.Min(TrainingPlan.LongestWarmUp, (long)epochs * updatesPerEpoch / 10), updatesPerEpoch)
        : new OpenSchedule(options, plan.WarmUp ?? TrainingPlan.OpenWarmUp, updatesPerEpoch);

    /// <summary>The learning rate of an update, counted from 0.</summary>
    public abstract double LearningRate(long update);

    /// <summary>Takes note of a look at the held-out rows.</summary>
    /// <param name="epoch">Epochs that have ended.</param>
    /// <param name="update">Updates that have ended.</param>
    /// <param name="hasImproved">Whether the state is the best so far, or none can be told from another.</param>
    /// <param name="elapsedShare">The share of the time allowed that has passed; 0 without a limit.</param>
    /// <returns>Whether to go back to the best state.</returns>
    public abstract bool Assess(int epoch, long update, bool hasImproved, double elapsedShare);

    /// <summary>Goes on after trouble: the clock of patience starts anew.</summary>
    public abstract void Recover(int epoch);

    /// <summary>All that the rounds to come depend on.</summary>
    public abstract void Checkpoint(StateStream state);
}

/// <summary>A number of epochs set in advance: a linear rise over the warm-up, then the decay asked for; the best epoch is kept.</summary>
internal sealed class PlannedSchedule(JemTrainingOptions options, int epochs, int warmUp, int updatesPerEpoch) : TrainingSchedule
{
    /// <summary>What is left of the learning rate at the end.</summary>
    private const double LastShare = 0.01;

    private int _epoch;
    private int _lastImprovement;
    private bool _isOutOfTime;

    /// <inheritdoc/>
    public override bool IsDone => _isOutOfTime || _epoch >= epochs || _epoch - _lastImprovement >= Math.Max(10, epochs / 3);

    /// <inheritdoc/>
    public override int ExpectedEpochs => epochs;

    /// <inheritdoc/>
    public override int EpochsPerRound => 1;

    /// <inheritdoc/>
    public override bool Averages => false;

    /// <inheritdoc/>
    public override bool IsFalling => true;

    /// <inheritdoc/>
    public override double LearningRate(long update)
    {
        if (update < warmUp)
            return options.LearningRate * (update + 1) / warmUp;
        if (options.Decay == LearningRateDecay.None)
            return options.LearningRate;
        double progress = (double)(update - warmUp) / Math.Max(1, ((long)epochs * updatesPerEpoch) - warmUp);
        return options.LearningRate * (LastShare + ((1 - LastShare) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, progress)))));
    }

    /// <inheritdoc/>
    public override bool Assess(int epoch, long update, bool hasImproved, double elapsedShare)
    {
        _epoch = epoch;
        _isOutOfTime = elapsedShare >= 1;
        if (hasImproved)
            _lastImprovement = epoch;
        return false;
    }

    /// <inheritdoc/>
    public override void Recover(int epoch) => _epoch = _lastImprovement = epoch;

    /// <inheritdoc/>
    public override void Checkpoint(StateStream state)
    {
        state.Value(ref _epoch);
        state.Value(ref _lastImprovement);
    }
}

/// <summary>
/// No horizon: the learning rate stays after the warm-up while the held-out loss of the averaged weights falls; when it has not for a
/// while, training goes back to the best state and the rate falls to 0 over a share of the updates so far.
/// </summary>
/// <remarks>Hu et al., "MiniCPM: unveiling the potential of small language models with scalable training strategies", 2024 (warm-up, stable, decay).</remarks>
internal sealed class OpenSchedule(JemTrainingOptions options, int warmUp, int updatesPerEpoch) : TrainingSchedule
{
    private long _update;
    private int _epoch;
    private int _rounds;
    private int _lastImprovement;
    private long _fallFrom = -1;
    private bool _isDone;
    private int _level;
    private int _bestLevel;

    /// <inheritdoc/>
    public override bool IsDone => _isDone;

    /// <inheritdoc/>
    public override double NoiseShare => options.Levels[_level];

    /// <inheritdoc/>
    public override int ExpectedEpochs
    {
        get
        {
            // As if the held-out loss had fallen for the last time just now.
            long from = _fallFrom >= 0 ? _fallFrom : _update + ((long)(Patience - (_rounds - _lastImprovement)) * EpochsPerRound * updatesPerEpoch);
            return (int)Math.Max(_epoch, (from + FallLength(from)) / updatesPerEpoch);
        }
    }

    /// <inheritdoc/>
    public override int EpochsPerRound => Math.Max(1, (options.RoundUpdates + updatesPerEpoch - 1) / updatesPerEpoch);

    /// <inheritdoc/>
    public override bool Averages => true;

    /// <inheritdoc/>
    public override bool IsFalling => _fallFrom >= 0;

    private int Patience => Math.Max(options.PatienceRounds, (int)(options.PatienceShare * _rounds));

    /// <inheritdoc/>
    public override double LearningRate(long update)
    {
        if (update < warmUp)
            return options.LearningRate * (update + 1) / warmUp;
        return _fallFrom < 0 ? options.LearningRate : options.LearningRate * Math.Max(0.01, 1 - ((double)(update - _fallFrom) / FallLength(_fallFrom)));
    }

    /// <inheritdoc/>
    public override bool Assess(int epoch, long update, bool hasImproved, double elapsedShare)
    {
        (_epoch, _update) = (epoch, update);
        _rounds++;
        if (hasImproved)
            (_lastImprovement, _bestLevel) = (_rounds, _level);
        if (_fallFrom >= 0)
        {
            _isDone = elapsedShare >= 1 || update >= _fallFrom + FallLength(_fallFrom);
            return false;
        }

        if (elapsedShare < 0.8 && update < options.MostUpdates && _rounds - _lastImprovement < Patience)
            return false;
        if (elapsedShare < 0.8 && _level == _bestLevel && _level < options.Levels.Length - 1)
        {
            _level++;
            _lastImprovement = _rounds;
            return true;
        }

        _level = _bestLevel;
        _fallFrom = update;
        _isDone = options.FallShare == 0 || elapsedShare >= 1;
        return true;
    }

    /// <inheritdoc/>
    public override void Recover(int epoch) => _lastImprovement = _rounds;

    /// <inheritdoc/>
    public override void Checkpoint(StateStream state)
    {
        state.Value(ref _update);
        state.Value(ref _epoch);
        state.Value(ref _rounds);
        state.Value(ref _lastImprovement);
        state.Value(ref _fallFrom);
        state.Value(ref _level);
        state.Value(ref _bestLevel);
    }

    private long FallLength(long from) => Math.Max(1, (long)(options.FallShare * from));
}
