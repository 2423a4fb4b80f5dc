using Microsoft.ML.Jem.Evaluation;

namespace Microsoft.ML.Jem.Quality;

/// <summary>The figures of one training.</summary>
/// <param name="Set">The set.</param>
/// <param name="Variant">The way to train.</param>
/// <param name="Seed">The seed.</param>
/// <param name="TestRows">Test rows of known classes.</param>
/// <param name="Values">Figures by name.</param>
internal sealed record Measurement(string Set, string Variant, int Seed, int TestRows, Dictionary<string, double> Values)
{
    /// <summary>Thresholds at which false alarms are counted.</summary>
    public static readonly float[] Thresholds = [0.9f, 0.95f, 0.99f];

    /// <summary>Scores by which strangers are told.</summary>
    public static readonly string[] Detectors = ["OodScore", "Energy", "MaxProbability"];

    /// <summary>Trains and measures.</summary>
    public static Measurement Of(Split split, Variant variant, int seed)
    {
        using TrainedVariant model = variant.Fit(split, seed);
        Answer[] test = model.Answer(split.Test.Rows);
        CalibrationMetrics calibration = Calibration(test, split);
        var values = new Dictionary<string, double>
        {
            ["accuracy"] = calibration.Accuracy,
            ["log-loss"] = calibration.LogLoss,
            ["ECE"] = calibration.ExpectedCalibrationError,
            ["Brier"] = calibration.BrierScore,
            ["seconds"] = model.TrainTime.TotalSeconds,
            ["recoveries"] = model.Recoveries,
        };
        bool isOurs = !float.IsNaN(test[0].OodScore);
        if (isOurs)
        {
            foreach (float threshold in Thresholds)
                values[FalseAlarms(threshold)] = test.Average(answer => answer.OodScore >= threshold ? 1.0 : 0);
        }

        Answer[] known = model.Answer(Strangers.Sample(split.Test.Rows, new Random(seed)));
        foreach (Strangers strangers in Strangers.Of(split, seed))
        {
            Answer[] strange = model.Answer(strangers.Rows);
            foreach (string detector in isOurs ? Detectors : ["MaxProbability"])
                values[Auroc(detector, strangers.Kind)] = Area(detector, strange, known);
        }

        return new Measurement(split.Name, variant.Name, seed, test.Length, values);
    }

    /// <summary>Name of the figure.</summary>
    public static string Auroc(string detector, string kind) => $"AUROC {detector} {kind}";

    /// <summary>Name of the figure.</summary>
    public static string FalseAlarms(float threshold) => FormattableString.Invariant($"false alarms {threshold:0.00}");

    /// <summary>Accuracy, log-loss and calibration of the answers to a split's test rows.</summary>
    public static CalibrationMetrics Calibration(Answer[] answers, Split split)
    {
        var accumulator = new CalibrationAccumulator();
        for (int i = 0; i < answers.Length; i++)
            accumulator.Add(answers[i].Score, Array.IndexOf(split.Classes, split.Test.Labels[i]));
        return accumulator.ToMetrics();
    }

    private static double Area(string detector, Answer[] strange, Answer[] known)
    {
        Converter<Answer, double> value = detector switch
        {
            "OodScore" => answer => answer.OodScore,
            "Energy" => answer => answer.Energy,
            _ => answer => answer.Doubt,
        };
        return new RankedScores(Array.ConvertAll(strange, value), Array.ConvertAll(known, value)).AreaUnderRocCurve();
    }
}
