using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Scoring;

namespace Microsoft.ML.Jem.Fitting;

/// <summary>What a model that is not calibrated yet says of rows: logits, [n, K] row-major, and one array a statistic, [n].</summary>
internal sealed record HeldOutScores(float[] Logits, float[][] Statistics)
{
    // Rows that are scored at a time: at most so many, and so many values.
    private const int MostRows = 1024, MostValues = 1 << 22;

    /// <summary>Scores rows with the graph in <paramref name="model"/>.</summary>
    public static HeldOutScores Of(byte[] model, FeatureMatrix rows)
    {
        using var scorer = new OnnxScorer(model);
        using ScoringBatch batch = scorer.CreateBatch(RowBudget.Rows(rows.Width, Math.Min(MostRows, rows.RowCount), MostValues));
        var logits = new float[rows.RowCount * scorer.ClassCount];
        var statistics = new float[scorer.StatisticCount][];
        for (int s = 0; s < statistics.Length; s++)
            statistics[s] = new float[rows.RowCount];
        for (int start = 0; start < rows.RowCount; start += batch.Capacity)
        {
            int count = Math.Min(batch.Capacity, rows.RowCount - start);
            for (int i = 0; i < count; i++)
                rows.CopyRow(start + i, batch.Features.Slice(i * rows.Width, rows.Width));
            batch.Run(count, ScoreOutputs.Logits | ScoreOutputs.Statistics);
            batch.Logits[..(count * scorer.ClassCount)].CopyTo(logits.AsSpan(start * scorer.ClassCount));
            for (int i = 0; i < count; i++)
            {
                for (int s = 0; s < statistics.Length; s++)
                    statistics[s][start + i] = batch.Statistics[(i * statistics.Length) + s];
            }
        }

        return new HeldOutScores(logits, statistics);
    }
}
