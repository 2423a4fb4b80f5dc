using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Quality;

namespace Microsoft.ML.Jem.Benchmarks.Fit;

/// <summary>What one trainer reached.</summary>
/// <param name="Seconds">Time to fit.</param>
/// <param name="ProcessorSeconds">Processor time to fit, over all threads.</param>
/// <param name="Accuracy">Share of test rows classified correctly.</param>
/// <param name="LogLoss">Mean −log p(y|x) of test rows, natural logarithm.</param>
/// <param name="Ece">Expected calibration error with 15 bins of equal width.</param>
/// <param name="AurocOodScore">Area under the ROC curve of novel rows against test rows, by OodScore; null for LightGbm and without novel rows.</param>
/// <param name="AurocEnergy">The same by Energy.</param>
/// <param name="AurocMaxProbability">The same by 1 − the highest probability.</param>
/// <param name="FalseAlarms">Share of test rows with an OodScore of 0.95 or more; null for LightGbm.</param>
internal sealed record FitFigures(
    double Seconds,
    double ProcessorSeconds,
    double Accuracy,
    double LogLoss,
    double Ece,
    double? AurocOodScore,
    double? AurocEnergy,
    double? AurocMaxProbability,
    double? FalseAlarms)
{
    private const float AlarmThreshold = 0.95f;

    /// <summary>The area that a user of the trainer gets by default: of OodScore where there is one, else of the highest probability.</summary>
    public double? Auroc => AurocOodScore ?? AurocMaxProbability;

    /// <summary>Trains and measures.</summary>
    public static FitFigures Measure(Variant variant, Split split, int seed)
    {
        // Neither trainer pays for what was left by the one before.
        GC.Collect();
        using TrainedVariant model = variant.Fit(split, seed);
        Answer[] test = model.Answer(split.Test.Rows);
        Answer[] novel = split.Novel.Length == 0 ? [] : model.Answer(split.Novel);
        CalibrationMetrics metrics = Measurement.Calibration(test, split);
        if (metrics.SkippedRowCount > 0)
            throw new InvalidOperationException($"{variant.Name} answers {metrics.SkippedRowCount} test rows of {split.Name} with probabilities that are not numbers.");
        bool isOurs = !float.IsNaN(test[0].OodScore);
        return new FitFigures(
            model.TrainTime.TotalSeconds,
            model.ProcessorTime.TotalSeconds,
            metrics.Accuracy,
            metrics.LogLoss,
            metrics.ExpectedCalibrationError,
            isOurs ? Area(novel, test, answer => answer.OodScore) : null,
            isOurs ? Area(novel, test, answer => answer.Energy) : null,
            Area(novel, test, answer => answer.Doubt),
            isOurs ? test.Average(answer => answer.OodScore >= AlarmThreshold ? 1.0 : 0) : null);
    }

    /// <summary>Combines each figure of several trainings; one that a training lacks is left out.</summary>
    public static FitFigures Combine(IEnumerable<FitFigures> all, Func<double[], double> combine)
    {
        FitFigures[] figures = [.. all];
        double? Optional(Func<FitFigures, double?> value) => figures.Select(value).OfType<double>().ToArray() is { Length: > 0 } values ? combine(values) : null;
        double Each(Func<FitFigures, double> value) => combine(Array.ConvertAll(figures, one => value(one)));
        return new FitFigures(
            Each(one => one.Seconds),
            Each(one => one.ProcessorSeconds),
            Each(one => one.Accuracy),
            Each(one => one.LogLoss),
            Each(one => one.Ece),
            Optional(one => one.AurocOodScore),
            Optional(one => one.AurocEnergy),
            Optional(one => one.AurocMaxProbability),
            Optional(one => one.FalseAlarms));
    }

    private static double? Area(Answer[] novel, Answer[] test, Converter<Answer, double> score) =>
        novel.Length == 0 ? null : new RankedScores(Array.ConvertAll(novel, score), Array.ConvertAll(test, score)).AreaUnderRocCurve();
}
