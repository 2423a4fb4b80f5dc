using Microsoft.ML.Jem.Benchmarks.Baseline;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>The time of <c>PredictionEngine.Predict</c> with Score and OodScore, beside a bare ONNX Runtime run of one row with the same outputs.</summary>
internal static class PredictionEngineTime
{
    private const int Calls = 500;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(15);

    /// <summary>Predicts rows one by one, some hundred at a time in turns.</summary>
    public static RatioResult Measure()
    {
        DigitsModel model = DigitsModel.Shared;
        using var bare = new BareSession(model.Graph, batchSize: 1, JemNames.Score, JemNames.OodScore);
        using PredictionEngine<Row, Scored> engine = model.CreateEngine();
        var scored = new Scored();
        void Predict()
        {
            for (int i = 0; i < Calls; i++)
                engine.Predict(model.Rows[i % model.Rows.Length], ref scored);
        }

        var times = Paired.Measure(Predict, () => bare.Score(model.Rows, Calls), Budget);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Predict();
        double bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Calls;
        return new RatioResult(
            times.Ratio,
            FormattableString.Invariant($"{1e6 * times.Ours / Calls:F1} µs a row against {1e6 * times.Baseline / Calls:F1} µs; {bytes:F0} bytes allocated a call"),
            new() { ["ourSeconds"] = times.Ours / Calls, ["baselineSeconds"] = times.Baseline / Calls, ["allocatedBytes"] = bytes });
    }
}
