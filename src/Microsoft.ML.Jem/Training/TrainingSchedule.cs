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

    /// <summary>Whether the mean of the latest weights is judged, rather than the weights themselves.</summary>
    public abstract bool Averages { get; }

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
    public override int ExpectedEpochs => IsDone ? _epoch : epochs;

    /// <inheritdoc/>
    public override int EpochsPerRound => 1;

    /// <inheritdoc/>
    public override bool Averages => false;

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
        state.Value(ref _isOutOfTime);
    }
}

/// <summary>
/// No horizon: the learning rate stays after the warm-up, and the mean of the latest weights takes the place of a rate that falls.
/// When the held-out loss stands still, the input noise goes; when it stands still again, training is over.
/// </summary>
/// <remarks>
/// Noise makes few rows go further, and blurs what is told apart by small steps: which of the two weighs more, the held-out rows say.
/// </remarks>
internal sealed class OpenSchedule(JemTrainingOptions options, int warmUp, int updatesPerEpoch) : TrainingSchedule
{
    /// <summary>Updates of a round, at least.</summary>
    private const int FewestUpdates = 30;

    /// <summary>Updates at most, whatever the held-out rows say.</summary>
    private const long MostUpdates = 40_000;

    /// <summary>Rounds without improvement until the loss is said to stand still: so many at least, and this share of all rounds.</summary>
    private const int FewestRounds = 5;
    private const double ShareOfRounds = 0.15;

    private int _epoch;
    private int _rounds;
    private int _lastImprovement;
    private bool _isNoiseless;
    private bool _isDone;

    /// <inheritdoc/>
    public override bool IsDone => _isDone;

    /// <inheritdoc/>
    public override double NoiseShare => _isNoiseless ? 0 : 1;

    /// <summary>As if the held-out loss had fallen for the last time.</summary>
    public override int ExpectedEpochs
    {
        get
        {
            int rounds = Math.Max(0, Patience - (_rounds - _lastImprovement)) + (_isNoiseless ? 0 : Patience);
            return _isDone ? _epoch : _epoch + (Math.Max(1, rounds) * EpochsPerRound);
        }
    }

    /// <inheritdoc/>
    public override int EpochsPerRound => Math.Max(1, (FewestUpdates + updatesPerEpoch - 1) / updatesPerEpoch);

    /// <inheritdoc/>
    public override bool Averages => true;

    private int Patience => Math.Max(FewestRounds, (int)(ShareOfRounds * _rounds));

    /// <inheritdoc/>
    public override double LearningRate(long update) => options.LearningRate * Math.Min(1, (update + 1.0) / Math.Max(1, warmUp));

    /// <inheritdoc/>
    public override bool Assess(int epoch, long update, bool hasImproved, double elapsedShare)
    {
        _epoch = epoch;
        _rounds++;
        if (hasImproved)
            _lastImprovement = _rounds;
        _isDone = elapsedShare >= 1 || update >= MostUpdates;
        if (_isDone || _rounds - _lastImprovement < Patience)
            return false;
        _isDone = _isNoiseless;
        _isNoiseless = true;
        _lastImprovement = _rounds;
        return !_isDone;
    }

    /// <inheritdoc/>
    public override void Recover(int epoch) => _lastImprovement = _rounds;

    /// <inheritdoc/>
    public override void Checkpoint(StateStream state)
    {
        state.Value(ref _epoch);
        state.Value(ref _rounds);
        state.Value(ref _lastImprovement);
        state.Value(ref _isNoiseless);
        state.Value(ref _isDone);
    }
}
