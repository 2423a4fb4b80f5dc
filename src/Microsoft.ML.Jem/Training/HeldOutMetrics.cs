using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Training;

/// <summary>How well logits classify held-out rows; NaN where none has a label.</summary>
/// <param name="Accuracy">Share of labelled rows whose highest logit is their class.</param>
/// <param name="LogLoss">Mean −log softmax(logits)[y] over labelled rows.</param>
/// <param name="CalibratedLogLoss">The same with the logits divided by the best of a few temperatures: what calibration will make of it, about.</param>
internal readonly record struct HeldOutMetrics(double Accuracy, double LogLoss, double CalibratedLogLoss)
{
    // Inverse temperatures whose exponentials are powers of the first one's: a, a², a⁴, a⁸.
    private const int Powers = 4;
    private const double First = 0.25, Second = 0.35;

    /// <summary>Measures logits [n, K]; rows count by their weights.</summary>
    public static HeldOutMetrics Of(ReadOnlySpan<float> logits, TrainingRows rows)
    {
        double total = 0, correct = 0;
        Span<double> losses = stackalloc double[2 * Powers], sums = stackalloc double[2 * Powers];
        losses.Clear();
        for (int i = 0; i < rows.Count; i++)
        {
            int label = rows.Labels[i];
            if (label == TrainingRows.Unlabelled)
                continue;
            ReadOnlySpan<float> row = logits.Slice(i * rows.ClassCount, rows.ClassCount);
            double weight = rows.Weights?[i] ?? 1;
            int best = 0;
            for (int k = 1; k < row.Length; k++)
                best = row[k] > row[best] ? k : best;
            sums.Clear();
            foreach (float logit in row)
            {
                AddPowers(sums[..Powers], Math.Exp(First * (logit - (double)row[best])));
                AddPowers(sums[Powers..], Math.Exp(Second * (logit - (double)row[best])));
            }

            total += weight;
            correct += best == label ? weight : 0;
            for (int t = 0; t < sums.Length; t++)
                losses[t] += weight * (Math.Log(sums[t]) + (InverseTemperature(t) * ((double)row[best] - row[label])));
        }

        double lowest = double.PositiveInfinity;
        foreach (double loss in losses)
            lowest = Math.Min(lowest, loss);
        return new HeldOutMetrics(correct / total, losses[2] / total, lowest / total);
    }

    private static double InverseTemperature(int t) => (t < Powers ? First : Second) * (1 << (t % Powers));

    private static void AddPowers(Span<double> sums, double value)
    {
        for (int power = 0; power < sums.Length; power++)
        {
            sums[power] += value;
            value *= value;
        }
    }
}
