using Microsoft.ML.Jem.Training;

namespace ModelComparison.Output;

/// <summary>
/// Writes the results as they come, so that a run that is stopped leaves what it has measured: folds.json after every training, the comparison after
/// every fold.
/// </summary>
/// <param name="folder">Where the files go.</param>
/// <param name="description">The data and the folds.</param>
/// <param name="notes">What was left out of the data, and what looks wrong.</param>
/// <param name="jsonPath">Where the JSON of the comparison goes as well; null for nowhere.</param>
/// <param name="trainerCount">Number of trainers.</param>
/// <param name="folds">Number of folds planned.</param>
internal sealed class ResultWriter(string folder, string description, IReadOnlyList<string> notes, string? jsonPath, int trainerCount, int folds) : IComparisonProgress
{
    private readonly List<FoldOfTrainer> _results = [];

    public void Begin(Contestant contestant, int fold)
    {
        // There is nothing to write yet.
    }

    public void Train(Contestant contestant, int fold, TrainingProgress progress)
    {
        // Half a training is no result.
    }

    public void End(Contestant contestant, int fold, FoldResult result)
    {
        _results.Add(new FoldOfTrainer(contestant.Name, fold, result));
        ResultFiles.Write(Path.Combine(folder, "folds.json"), ResultFiles.Json(_results));
        if (_results.Count(entry => entry.Fold == fold) == trainerCount)
            WriteComparison(fold);
    }

    private void WriteComparison(int fold)
    {
        IReadOnlyList<Summary> summaries = Summary.Rank(
            _results.GroupBy(entry => entry.Trainer).Select(group => (group.Key, (IReadOnlyList<FoldResult>)[.. group.Select(entry => entry.Result)])));
        string state = fold == folds ? description : $"{description}; {fold} of them measured so far";
        string json = ResultFiles.Json(summaries);
        ResultFiles.Write(Path.Combine(folder, "comparison.json"), json);
        ResultFiles.Write(Path.Combine(folder, "comparison.md"), ResultFiles.Markdown(state, notes, summaries));
        ResultFiles.Html(state, notes, summaries).Save(Path.Combine(folder, "comparison.html"));
        if (jsonPath is not null)
            ResultFiles.Write(jsonPath, json);
    }
}

/// <summary>What one trainer achieved on one fold.</summary>
internal sealed record FoldOfTrainer(string Trainer, int Fold, FoldResult Result);
