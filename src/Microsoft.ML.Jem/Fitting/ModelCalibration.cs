using System.Globalization;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Fitting;

/// <summary>Calibrates trained members on the rows each has held out.</summary>
/// <param name="Settings">The settings with temperature, witnesses, surprise curves and conformal tables filled in.</param>
/// <param name="Temperature">How the temperature came about.</param>
internal sealed record ModelCalibration(JemModelSettings Settings, TemperatureFit Temperature)
{
    /// <summary>Held-out rows a member's conformal table keeps at most.</summary>
    private const int LargestTable = 1024;

    /// <summary>By how much, relatively and at least absolutely, entries of the table are raised.</summary>
    private const float Slack = 1e-4f;

    /// <summary>Calibrates.</summary>
    /// <param name="settings">What is known before.</param>
    /// <param name="witnesses">What <c>OodScore</c> is to be made of, fitted for each member (<see cref="FitWitnesses"/>).</param>
    /// <param name="members">The trained networks.</param>
    /// <param name="parts">The rows each was trained on, and those it held out.</param>
    public static ModelCalibration Of(
        JemModelSettings settings, Witness[][] witnesses, TrainedNetwork[] members, (TrainingRows Train, TrainingRows HeldOut)[] parts)
    {
        // A validation set is the same for all members, and none was trained on it: each row is judged once, by all of them together.
        bool shared = parts.Length > 1 && ReferenceEquals(parts[0].HeldOut, parts[1].HeldOut);
        var calibrated = new MemberSettings[members.Length];
        var totals = new float[members.Length][];
        var logits = new List<double>();
        var labels = new List<int>();
        var weights = new List<float>();
        for (int m = 0; m < members.Length; m++)
        {
            var member = new MemberSettings(witnesses[m]);

            // Logits and statistics come from the graph itself, not from libtorch: a difference in the last digit between the
            // two must not move a row past its own calibration score.
            byte[] alone = JemGraph.Write(settings with { Members = [member] }, [members[m].Writer]);
            TrainingRows heldOut = parts[m].HeldOut;
            HeldOutScores scores = HeldOutScores.Of(alone, heldOut.Features);
            float[] statisticWeights = witnesses[m].Length == 1 ? [1] : [.. member.Witnesses.Select(witness => witness.Weight)];
            SurpriseCurve[] curves = TotalSurprise.Fit(scores.Statistics, statisticWeights);
            totals[m] = TotalSurprise.OfHeldOut(scores.Statistics, statisticWeights);
            calibrated[m] = member with { Calibration = new MemberCalibration(curves, shared ? null : Table(totals[m], LargestTable)) };
            logits.AddRange(scores.Logits.Select(logit => (double)logit));
            labels.AddRange(heldOut.Labels);
            weights.AddRange((heldOut.Weights ?? Enumerable.Repeat(1f, heldOut.Count)).Select(weight => shared ? weight / members.Length : weight));
        }

        TemperatureFit temperature = TemperatureScaling.Fit([.. logits], settings.ClassCount, [.. labels], [.. weights]);
        return new ModelCalibration(
            settings with
            {
                Members = calibrated,
                Temperature = (float)temperature.Temperature,
                SharedTable = shared ? Table(Sum(totals), LargestTable * members.Length) : null,
                CalibrationRowCount = shared ? parts[0].HeldOut.Count : labels.Count,
            },
            temperature);
    }

    /// <summary>Fits a member's witnesses to the rows it was trained on.</summary>
    /// <param name="kinds">What to fit.</param>
    /// <param name="member">The trained network.</param>
    /// <param name="train">Its training rows.</param>
    /// <param name="seed">Determines what is drawn at random.</param>
    public static Witness[] FitWitnesses(WitnessKind[] kinds, TrainedNetwork member, TrainingRows train, int seed)
    {
        Standardization wide = member.Standardization with { Limit = Witness.FeatureLimit(member.Standardization.Limit) };
        var source = new WitnessSource(train, wide, rows => member.Hidden(train.Features, rows), seed);
        return Array.ConvertAll(kinds, kind => kind.Fit(source));
    }

    /// <summary>A line for the log.</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"Calibrated on {Settings.CalibrationRowCount} held-out rows: temperature {Temperature.Temperature:F3} takes their log-loss from {Temperature.LogLossBefore:F4} to {Temperature.LogLossAfter:F4}.");

    /// <summary>
    /// The table of held-out rows' scores, each raised a little: runs of the same row differ in their last bits with the rows beside it, and a
    /// row that ties with an entry must rank the same in all of them. A higher entry can only lower OodScore, so what it promises still holds.
    /// </summary>
    private static ConformalTable Table(float[] scores, int capacity) =>
        ConformalTable.Create(Array.ConvertAll(scores, score => score + (Slack * Math.Max(1, Math.Abs(score)))), capacity);

    /// <summary>All members' surprise of each row.</summary>
    private static float[] Sum(float[][] totals) =>
        [.. Enumerable.Range(0, totals[0].Length).Select(row => totals.Sum(member => member[row]))];
}
