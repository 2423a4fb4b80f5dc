using System.Globalization;
using Microsoft.ML.Jem.Calibration;
using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Training;
using TorchSharp;

namespace Microsoft.ML.Jem.Fitting;

/// <summary>Calibrates trained members on the rows each has held out.</summary>
/// <param name="Settings">The settings with temperature, reference measures, prototypes, surprise curves and conformal tables filled in.</param>
/// <param name="Temperature">How the temperature came about.</param>
internal sealed record ModelCalibration(JemModelSettings Settings, TemperatureFit Temperature)
{
    /// <summary>Rows a reference measure and prototypes are fitted to at most.</summary>
    private const int MostRows = 20_000;

    /// <summary>Held-out rows a member's conformal table keeps at most.</summary>
    private const int LargestTable = 1024;

    /// <summary>Calibrates.</summary>
    /// <param name="settings">What is known before.</param>
    /// <param name="members">The trained networks.</param>
    /// <param name="parts">The rows each was trained on, and those it held out.</param>
    /// <param name="seed">Determines what is drawn at random.</param>
    public static ModelCalibration Of(
        JemModelSettings settings, TrainedNetwork[] members, (TrainingRows Train, TrainingRows HeldOut)[] parts, int seed)
    {
        var calibrated = new MemberSettings[members.Length];
        var logits = new List<float>();
        var labels = new List<int>();
        List<float>? weights = parts[0].HeldOut.Weights is null ? null : [];
        for (int m = 0; m < members.Length; m++)
        {
            MemberSettings member = Describe(settings.Statistics, members[m], parts[m].Train, seed + m);

            // Logits and statistics come from the graph itself, not from libtorch: a difference in the last digit between the
            // two must not move a row past its own calibration score.
            byte[] alone = JemGraph.Write(settings with { Members = [member] }, [members[m].Writer]);
            HeldOutScores scores = HeldOutScores.Of(alone, parts[m].HeldOut.Features);
            calibrated[m] = member with { Calibration = Calibrate(settings.Statistics, scores.Statistics, member.Reference) };
            logits.AddRange(scores.Logits);
            labels.AddRange(parts[m].HeldOut.Labels);
            weights?.AddRange(parts[m].HeldOut.Weights!);
        }

        TemperatureFit temperature = TemperatureScaling.Fit([.. logits], settings.ClassCount, [.. labels], weights is null ? default : [.. weights]);
        bool shared = parts.Length > 1 && ReferenceEquals(parts[0].HeldOut, parts[1].HeldOut);
        return new ModelCalibration(
            settings with
            {
                Members = calibrated,
                Temperature = (float)temperature.Temperature,
                CalibrationRowCount = shared ? parts[0].HeldOut.Count : labels.Count,
            },
            temperature);
    }

    /// <summary>A line for the log.</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"Calibrated on {Settings.CalibrationRowCount} held-out rows: temperature {Temperature.Temperature:F3} takes their log-loss from {Temperature.LogLossBefore:F4} to {Temperature.LogLossAfter:F4}.");

    private static MemberCalibration Calibrate(IReadOnlyList<OodStatistic> statistics, float[][] values, ReferenceMeasure? reference)
    {
        SurpriseCurve[] curves =
        [
            .. values.Select((column, s) => SurpriseCurve.Fit(column).Times(values.Length == 1 ? 1 : OodStatistics.Weight(statistics[s], reference))),
        ];
        var total = new float[values[0].Length];
        for (int i = 0; i < total.Length; i++)
        {
            for (int s = 0; s < curves.Length; s++)
                total[i] += curves[s].Of(values[s][i]);
        }

        return new MemberCalibration(curves, ConformalTable.Create(total, LargestTable));
    }

    private static MemberSettings Describe(IReadOnlyList<OodStatistic> statistics, TrainedNetwork member, TrainingRows train, int seed)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int count = Math.Min(train.Count, MostRows);
        int[] rows = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * train.Count / count))];
        Standardization wide = member.Standardization with { Limit = ReferenceMeasure.WideLimit(member.Standardization.Limit) };
        torch.Tensor Features(Standardization standardization) => RowTensors.Features(train.Features, rows, standardization, torch.CPU);
        ReferenceMeasure? reference = statistics.Contains(OodStatistic.ReferenceDensity)
            ? ReferenceMeasureFit.Fit(Features(wide), Array.ConvertAll(rows, row => train.Labels[row]), member.ClassCount)
            : null;
        Prototypes? prototypes = statistics.Contains(OodStatistic.HiddenNeighbor)
            ? PrototypeFit.Fit(member.Hidden(Features(member.Standardization)), new Random(seed))
            : null;
        return new MemberSettings(reference, prototypes);
    }
}
