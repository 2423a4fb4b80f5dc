using Microsoft.ML.Jem.Training;

namespace ModelComparison;

/// <summary>Told how a comparison goes. Folds count from 1.</summary>
internal interface IComparisonProgress
{
    /// <summary>A trainer begins a fold.</summary>
    public void Begin(Contestant contestant, int fold);

    /// <summary>A trainer tells how far it is.</summary>
    public void Train(Contestant contestant, int fold, TrainingProgress progress);

    /// <summary>A trainer has ended a fold.</summary>
    public void End(Contestant contestant, int fold, FoldResult result);
}
