using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Scoring;

/// <summary>Which outputs of a model are wanted.</summary>
[Flags]
internal enum ScoreOutputs
{
    /// <summary>Nothing: the model does not run.</summary>
    None = 0,

    /// <summary>The zero-based class with the highest score.</summary>
    PredictedLabel = 1,

    /// <summary>Calibrated probabilities.</summary>
    Score = 2,

    /// <summary>E(x) = −logsumexp f(x).</summary>
    Energy = 4,

    /// <summary>1 − conformal p-value.</summary>
    OodScore = 8,

    /// <summary>f(x); only models that are not calibrated yet have it.</summary>
    Logits = 16,

    /// <summary>What tells familiar rows from unfamiliar; only models that are not calibrated yet have it.</summary>
    Statistics = 32,
}

/// <summary>Names of the outputs in a graph.</summary>
internal static class ScoreOutputNames
{
    /// <summary>All outputs, in a fixed order.</summary>
    public static readonly (ScoreOutputs Output, string Name)[] All =
    [
        (ScoreOutputs.PredictedLabel, JemNames.PredictedLabel),
        (ScoreOutputs.Score, JemNames.Score),
        (ScoreOutputs.Energy, JemNames.Energy),
        (ScoreOutputs.OodScore, JemNames.OodScore),
        (ScoreOutputs.Logits, JemNames.Logits),
        (ScoreOutputs.Statistics, JemNames.Statistics),
    ];
}
