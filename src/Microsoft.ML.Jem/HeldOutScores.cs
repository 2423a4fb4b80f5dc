using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Scoring;

namespace Microsoft.ML.Jem;

/// <summary>What a model that is not calibrated yet says of rows: logits, [n, K] row-major, and energies, [n].</summary>
internal sealed record HeldOutScores(float[] Logits, float[] Energies)
{
    private const int RowsAtOnce = 1024;

    /// <summary>Scores rows with the graph in <paramref name="model"/>.</summary>
    public static HeldOutScores Of(byte[] model, FeatureMatrix rows)
    {
        using var scorer = new OnnxScorer(model);
        using ScoringBatch batch = scorer.CreateBatch(Math.Min(RowsAtOnce, rows.RowCount));
        var logits = new float[rows.RowCount * scorer.ClassCount];
        var energies = new float[rows.RowCount];
        for (int start = 0; start < rows.RowCount; start += batch.Capacity)
        {
            int count = Math.Min(batch.Capacity, rows.RowCount - start);
            for (int i = 0; i < count; i++)
                rows.CopyRow(start + i, batch.Features.Slice(i * rows.Width, rows.Width));
            batch.Run(count, ScoreOutputs.Logits | ScoreOutputs.Energy);
            batch.Logits[..(count * scorer.ClassCount)].CopyTo(logits.AsSpan(start * scorer.ClassCount));
            batch.Energy[..count].CopyTo(energies.AsSpan(start));
        }

        return new HeldOutScores(logits, energies);
    }
}
