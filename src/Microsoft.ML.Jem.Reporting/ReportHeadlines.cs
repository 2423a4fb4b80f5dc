using System.Globalization;
using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Reporting.Html;

namespace Microsoft.ML.Jem.Reporting;

/// <summary>The numbers at the top of a report, each with a sentence that says what it means.</summary>
internal static class ReportHeadlines
{
    private const double SureShare = 0.8;

    public static IEnumerable<Headline> Of(ReportMeasurements measured, JemReportOptions options)
    {
        if (measured.Calibration is { } calibration)
        {
            foreach (Headline headline in OfAnswers(calibration, measured.Uncalibrated, measured.Known.ClassNames.Count))
                yield return headline;
        }

        if (measured.Selective is { } selective)
        {
            double risk = selective.RiskAtCoverage(SureShare);
            yield return new Headline(
                "Errors among the surest 80 %", Percent(risk), $"Answering all rows leaves {Percent(selective.ErrorRate)} errors; declining the least sure fifth leaves this many.");
        }

        if (measured.Scores.FirstOrDefault(score => score.Metrics is not null) is { Metrics: { } detection } best)
        {
            yield return new Headline(
                $"AUROC of {best.Name}", Number(detection.AreaUnderRocCurve),
                $"An unseen row scores higher than a known one in {Percent(detection.AreaUnderRocCurve)} of all pairs; 50 % would be chance.");
            if (best.Name == options.OodScoreColumnName)
            {
                yield return new Headline(
                    "False alarms", Percent(detection.FalseAlarmRate),
                    $"of known rows have {best.Name} above {Plain(options.Threshold)}; up to {Percent(1 - options.Threshold)} are expected.");
                yield return new Headline("Unseen rows detected", Percent(detection.DetectionRate), $"of unseen rows have {best.Name} above {Plain(options.Threshold)}.");
            }
        }

        if (measured.Robustness is { Curve: [.., var strongest] } robustness)
        {
            yield return new Headline(
                "Accuracy under attack", Percent(strongest.Accuracy),
                $"when each row may be moved by {Plain(strongest.Epsilon)} deviations; {Percent(robustness.Accuracy)} without an attack.");
        }
    }

    private static IEnumerable<Headline> OfAnswers(CalibrationMetrics calibration, CalibrationMetrics? before, int classCount)
    {
        string Compared(Func<CalibrationMetrics, double> value, Func<double, string> format) => before is null ? "" : $" Before calibration: {format(value(before))}.";
        yield return new Headline(
            "Accuracy", Percent(calibration.Accuracy),
            string.Create(CultureInfo.InvariantCulture, $"{Math.Round(calibration.Accuracy * calibration.RowCount)} of {calibration.RowCount} rows are given their true class."));
        yield return new Headline(
            "Log-loss", Number(calibration.LogLoss),
            $"The true class typically gets {Percent(Math.Exp(-calibration.LogLoss))} probability (geometric mean); guessing evenly gives {Percent(1.0 / classCount)}.{Compared(metrics => metrics.LogLoss, Number)}");
        yield return new Headline(
            "Calibration error (ECE)", Percent(calibration.ExpectedCalibrationError),
            $"Confidence and accuracy differ by this much on average.{Compared(metrics => metrics.ExpectedCalibrationError, Percent)}");
        yield return new Headline(
            "Brier score", Number(calibration.BrierScore),
            $"Squared error of the probabilities, 0 to 2; 0 is best.{Compared(metrics => metrics.BrierScore, Number)}");
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0}\u00A0%");

    private static string Number(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static string Plain(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
