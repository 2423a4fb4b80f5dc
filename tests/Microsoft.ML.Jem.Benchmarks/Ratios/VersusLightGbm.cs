using Microsoft.ML.Jem.Benchmarks.Data;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>Rows a second of <c>Transform</c>, ours with Score and OodScore, LightGbm's with Score, both trained on the digits with defaults.</summary>
internal static class VersusLightGbm
{
    private const int Segment = 8 * 1024;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(15);

    /// <summary>Scores in turns.</summary>
    public static RatioResult Measure()
    {
        DigitsModel model = DigitsModel.Shared;
        ITransformer peer = model.Context.MulticlassClassification.Trainers.LightGbm().Fit(model.Data);
        IDataView rows = model.View(Enumerable.Range(0, int.MaxValue).Select(i => model.Rows[i % model.Rows.Length]));
        using var ours = new ScoreCursor(model.Transformer.Transform(rows));
        using var theirs = new ScoreCursor(peer.Transform(rows));
        var times = Paired.Measure(() => ours.Read(Segment), () => theirs.Read(Segment), Budget);
        return new RatioResult(
            1 / times.Ratio,
            FormattableString.Invariant($"{Segment / times.Ours:F0} rows a second against {Segment / times.Baseline:F0}"),
            new() { ["ourRowsPerSecond"] = Segment / times.Ours, ["baselineRowsPerSecond"] = Segment / times.Baseline });
    }
}
