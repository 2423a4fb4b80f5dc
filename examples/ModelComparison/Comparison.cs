using Microsoft.ML;
using static Microsoft.ML.DataOperationsCatalog;

namespace ModelComparison;

/// <summary>All trainers on the same folds.</summary>
internal static class Comparison
{
    /// <param name="data">The data.</param>
    /// <param name="contestants">The trainers.</param>
    /// <param name="folds">Number of folds.</param>
    /// <param name="seed">Seed of the folds and of every trainer.</param>
    /// <param name="done">Told each result as it comes: who, which fold from 1, what.</param>
    /// <returns>One summary a trainer, the lowest log-loss first.</returns>
    /// <exception cref="ArgumentException">There are fewer rows than folds can share.</exception>
    public static IReadOnlyList<Summary> Run(
        DataSet data, IReadOnlyList<Contestant> contestants, int folds, int seed, Action<Contestant, int, FoldResult> done)
    {
        if (data.RowCount - data.UnseenRowCount < 2 * folds)
            throw new ArgumentException($"{folds} folds need at least {2 * folds} rows of known classes, but there are {data.RowCount - data.UnseenRowCount}. Choose fewer with --folds.");

        var results = contestants.ToDictionary(contestant => contestant, _ => new List<FoldResult>());
        var mlContext = new MLContext(seed);
        (IDataView known, IDataView? unseen) = data.Load(mlContext);
        int fold = 0;
        foreach (TrainTestData split in mlContext.Data.CrossValidationSplit(known, folds, seed: seed))
        {
            fold++;
            using var run = new FoldRun(mlContext, data, split.TrainSet, split.TestSet, unseen);
            foreach (Contestant contestant in contestants)
            {
                FoldResult result = run.Measure(contestant);
                results[contestant].Add(result);
                done(contestant, fold, result);
            }
        }

        return [.. results.Select(entry => Summary.Of(entry.Key.Name, entry.Value)).OrderBy(summary => summary.LogLoss.Mean)];
    }
}
