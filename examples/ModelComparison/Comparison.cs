using Microsoft.ML;
using Microsoft.ML.Jem.Training;
using Shared;
using static Microsoft.ML.DataOperationsCatalog;

namespace ModelComparison;

/// <summary>All trainers on the same folds.</summary>
internal static class Comparison
{
    /// <param name="data">The data.</param>
    /// <param name="contestants">The trainers.</param>
    /// <param name="folds">Number of folds.</param>
    /// <param name="seed">Seed of the folds and of every trainer.</param>
    /// <param name="observers">Told how it goes.</param>
    /// <returns>One summary per trainer, the lowest log-loss first.</returns>
    /// <exception cref="ArgumentException">There are fewer rows than folds can share.</exception>
    public static IReadOnlyList<Summary> Run(
        DataSet data, IReadOnlyList<Contestant> contestants, int folds, int seed, IReadOnlyList<IComparisonProgress> observers)
    {
        if (data.RowCount - data.UnseenRowCount < 2 * folds)
            throw new ArgumentException($"{folds} folds need at least {2 * folds} rows of known classes, but there are {data.RowCount - data.UnseenRowCount}. Choose fewer with --folds.");

        var results = contestants.ToDictionary(contestant => contestant.Name, _ => new List<FoldResult>());
        MLContext mlContext = WarningLog.CreateContext(seed);
        (IDataView known, IDataView? unseen) = data.Load(mlContext);
        int fold = 0;
        foreach (TrainTestData split in mlContext.Data.CrossValidationSplit(known, folds, seed: seed))
        {
            fold++;
            using var run = new FoldRun(mlContext, data, split.TrainSet, split.TestSet, unseen);
            foreach (Contestant contestant in contestants)
            {
                foreach (IComparisonProgress observer in observers)
                    observer.Begin(contestant, fold);
                FoldResult result = run.Measure(contestant, new Forwarding(observers, contestant, fold));
                results[contestant.Name].Add(result);
                foreach (IComparisonProgress observer in observers)
                    observer.End(contestant, fold, result);
            }
        }

        return Summary.Rank(results.Select(entry => (entry.Key, (IReadOnlyList<FoldResult>)entry.Value)));
    }

    /// <summary>Tells all observers what a trainer tells.</summary>
    private sealed class Forwarding(IReadOnlyList<IComparisonProgress> observers, Contestant contestant, int fold) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            foreach (IComparisonProgress observer in observers)
                observer.Train(contestant, fold, value);
        }
    }
}
