namespace Microsoft.ML.Jem.Training;

/// <summary>Follows the held-out loss: which state is the best, and whether it still gets better by more than a small share.</summary>
internal sealed class HeldOutProgress
{
    /// <summary>Improvements below this, absolutely and as a share of the loss, are no reason to go on.</summary>
    private const double SmallestStep = 3e-4, SmallestShare = 2e-3;

    private double _lowest = double.PositiveInfinity;
    private double _milestone = double.PositiveInfinity;

    /// <summary>Takes in the loss of a state; NaN where no held-out row has a label: then every state is an improvement.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="isBest">Whether no state so far was better.</param>
    /// <returns>Whether it is a reason to go on.</returns>
    public bool TakeIn(double loss, out bool isBest)
    {
        isBest = double.IsNaN(loss) || loss < _lowest;
        bool hasImproved = double.IsNaN(loss) || double.IsPositiveInfinity(_milestone) || loss < _milestone - SmallestStep - (SmallestShare * _milestone);
        _lowest = double.IsNaN(loss) ? _lowest : Math.Min(_lowest, loss);
        _milestone = hasImproved && !double.IsNaN(loss) ? loss : _milestone;
        return hasImproved;
    }

    /// <summary>The lowest losses.</summary>
    public void Checkpoint(StateStream state)
    {
        state.Value(ref _lowest);
        state.Value(ref _milestone);
    }
}
