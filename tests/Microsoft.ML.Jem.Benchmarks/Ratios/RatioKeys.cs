namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>The goals: what is compared with what, and how large the ratio may or must be.</summary>
internal static class RatioKeys
{
    public const string TrainingIteration = "trainingIteration";
    public const string TrainingIterationWideResNet = "trainingIterationWideResNet";
    public const string TimeToQuality = "timeToQuality";
    public const string ReadShare = "readShare";
    public const string TransformThroughput = "transformThroughput";
    public const string VersusLightGbm = "versusLightGbm";
    public const string PredictionEngine = "predictionEngine";
    public const string ColdStart = "coldStart";
    public const string ConformalShare = "conformalShare";

    /// <summary>All goals, in the order they are measured and written in.</summary>
    public static readonly IReadOnlyList<Goal> All =
    [
        Goal.AtMost(TrainingIteration, 0.4, "seconds an update of an MLP, ours / the paper's loop"),
        Goal.AtMost(TrainingIterationWideResNet, 0.6, "seconds an update of a WRN-10-1 on 28 × 28, ours / the paper's loop"),
        Goal.AtMost(TimeToQuality, 0.25, "seconds to the accuracy and AUROC the paper's loop ends with, ours / its own"),
        Goal.AtMost(ReadShare, 0.1, "seconds to read 100 000 × 100 floats / seconds of a default training on them"),
        Goal.AtLeast(TransformThroughput, 0.7, "rows a second, Transform / a bare ONNX Runtime loop"),
        Goal.AtLeast(VersusLightGbm, 20, "rows a second, Transform / LightGbm's Transform"),
        Goal.AtMost(PredictionEngine, 1.5, "seconds a row, PredictionEngine / a bare ONNX Runtime Run"),
        Goal.AtMost(ColdStart, 1.3, "seconds to load and score a row in a fresh process, ours / ML.NET's load and bare ONNX Runtime"),
        Goal.AtMost(ConformalShare, 0.1, "seconds of the conformal tables / seconds of the MLPs, both in ONNX Runtime"),
    ];
}

/// <summary>A ratio and its limit.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Limit">The largest or smallest ratio that meets the goal.</param>
/// <param name="IsUpper">Whether the limit is the largest one.</param>
/// <param name="Meaning">What is divided by what.</param>
internal sealed record Goal(string Key, double Limit, bool IsUpper, string Meaning)
{
    /// <summary>A ratio of which less is better.</summary>
    public static Goal AtMost(string key, double limit, string meaning) => new(key, limit, true, meaning);

    /// <summary>A ratio of which more is better.</summary>
    public static Goal AtLeast(string key, double limit, string meaning) => new(key, limit, false, meaning);

    /// <summary>Whether a ratio meets the goal.</summary>
    public bool IsMetBy(double ratio) => IsUpper ? ratio <= Limit : ratio >= Limit;

    /// <summary>The limit with its direction, such as "≤ 0.4".</summary>
    public string Text => FormattableString.Invariant($"{(IsUpper ? '≤' : '≥')} {Limit}");
}
