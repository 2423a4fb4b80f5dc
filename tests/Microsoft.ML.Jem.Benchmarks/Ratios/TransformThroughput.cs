using Microsoft.ML.Jem.Benchmarks.Baseline;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>
/// Rows a second of <c>Transform</c>, Score and OodScore read by one cursor over a million rows, beside a bare ONNX Runtime loop
/// over the same graph and rows in batches of 1024, also on one thread. The two take turns within the million.
/// </summary>
internal static class TransformThroughput
{
    private const int RowCount = 1_000_000;
    private const int BatchSize = 1024;
    private const int Segment = 16 * BatchSize;
    private const int FewestPairs = 8;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(35);

    /// <summary>Scores until all rows or the budget are used up.</summary>
    public static RatioResult Measure()
    {
        DigitsModel model = DigitsModel.Shared;
        using var bare = new BareSession(model.Graph, BatchSize, JemNames.Score, JemNames.OodScore);
        IDataView rows = model.View(Enumerable.Range(0, RowCount).Select(i => model.Rows[i % model.Rows.Length]));
        using var cursor = new ScoreCursor(model.Transformer.Transform(rows));
        cursor.Read(Segment);
        bare.Score(model.Rows, Segment);

        var clock = System.Diagnostics.Stopwatch.StartNew();
        var times = new Paired();
        while (cursor.RowCount + Segment <= RowCount && (times.Count < FewestPairs || clock.Elapsed < Budget))
        {
            double ours = Paired.Seconds(() => cursor.Read(Segment));
            times.Add(ours, Paired.Seconds(() => bare.Score(model.Rows, Segment)));
        }

        return new RatioResult(
            1 / times.Ratio,
            FormattableString.Invariant($"{Segment / times.Ours:F0} rows a second against {Segment / times.Baseline:F0}, over {cursor.RowCount} rows"),
            new() { ["ourRowsPerSecond"] = Segment / times.Ours, ["baselineRowsPerSecond"] = Segment / times.Baseline, ["rows"] = cursor.RowCount });
    }
}
