using Microsoft.ML.Jem.Scoring;

namespace Microsoft.ML.Jem.Tests.ModelFile;

/// <summary>All a model says about some rows; empty where it lacks the output.</summary>
internal sealed record Rows(long[] PredictedLabel, float[] Score, float[] Energy, float[] OodScore, float[] Logits)
{
    public static Rows Of(byte[] model, float[] features)
    {
        using var scorer = new OnnxScorer(model);
        return Of(scorer, features);
    }

    public static Rows Of(OnnxScorer scorer, float[] features)
    {
        int rows = features.Length / scorer.Width;
        using ScoringBatch batch = scorer.CreateBatch(rows);
        features.CopyTo(batch.Features);
        batch.Run(rows, scorer.Outputs);
        return scorer.Outputs.HasFlag(ScoreOutputs.Logits)
            ? new Rows([], [], batch.Energy.ToArray(), [], batch.Logits.ToArray())
            : new Rows(batch.PredictedLabel.ToArray(), batch.Score.ToArray(), batch.Energy.ToArray(), batch.OodScore.ToArray(), []);
    }
}
