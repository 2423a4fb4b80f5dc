using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Training;

/// <summary>How well logits classify held-out rows; NaN where none has a label.</summary>
/// <param name="Accuracy">Share of labelled rows whose highest logit is their class.</param>
/// <param name="LogLoss">Mean −log softmax(logits)[y] over labelled rows.</param>
internal readonly record struct HeldOutMetrics(double Accuracy, double LogLoss)
{
    /// <summary>Measures logits [n, K]; rows count by their weights.</summary>
    public static HeldOutMetrics Of(ReadOnlySpan<float> logits, TrainingRows rows)
    {
        double total = 0, correct = 0, loss = 0;
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
            double sum = 0;
            foreach (float logit in row)
                sum += Math.Exp(logit - (double)row[best]);
            total += weight;
            correct += best == label ? weight : 0;
            loss += weight * (Math.Log(sum) + row[best] - row[label]);
        }

        return new HeldOutMetrics(correct / total, loss / total);
    }
}
