using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Training;

namespace ModelComparison;

/// <summary>One fold: the same featurised rows in memory for every trainer.</summary>
internal sealed class FoldRun : IDisposable
{
    private const double AcceptedShare = 0.95;
    private static readonly TimeSpan LeastScoringTime = TimeSpan.FromSeconds(0.2);

    private readonly MLContext _mlContext;
    private readonly ITransformer _featurizer;
    private readonly DataViewSchema _schema;
    private readonly IDataView _train;
    private readonly IDataView _test;
    private readonly IDataView? _unseen;

    public FoldRun(MLContext mlContext, DataSet data, IDataView train, IDataView test, IDataView? unseen)
    {
        _mlContext = mlContext;
        _schema = train.Schema;
        _featurizer = Featurization.Create(mlContext, data).Fit(train);
        _train = InMemory(_featurizer.Transform(train));
        _test = InMemory(_featurizer.Transform(test));
        _unseen = unseen is null ? null : InMemory(_featurizer.Transform(unseen));
    }

    /// <summary>Trains on the fold's training rows, measures on its test rows.</summary>
    /// <param name="contestant">Who trains.</param>
    /// <param name="progress">Told how training goes, where the trainer tells.</param>
    public FoldResult Measure(Contestant contestant, IProgress<TrainingProgress> progress)
    {
        var clock = Stopwatch.StartNew();
        ITransformer model = contestant.Create(_mlContext, progress).Fit(_train);
        double trainSeconds = clock.Elapsed.TotalSeconds;

        using var disposable = model as IDisposable;
        IDataView scored = model.Transform(_test);
        CalibrationMetrics metrics = _mlContext.MulticlassClassification.EvaluateCalibration(scored);
        (double[] known, double threshold) = Scores(scored) is { } oodScores
            ? (oodScores, AcceptedShare)
            : (Doubts(scored), Quantile(Doubts(model.Transform(_train))));
        double[]? unseen = _unseen is null ? null : Scores(model.Transform(_unseen)) ?? Doubts(model.Transform(_unseen));
        return new FoldResult(
            metrics.Accuracy,
            metrics.LogLoss,
            metrics.ExpectedCalibrationError,
            metrics.BrierScore,
            unseen is null ? double.NaN : OutOfDistributionMetrics.Of(known, unseen, threshold).AreaUnderRocCurve,
            (double)known.Count(score => score > threshold) / known.Length,
            trainSeconds,
            RowsPerSecond(model),
            Bytes(model));
    }

    public void Dispose()
    {
        foreach (IDataView? view in (IDataView?[])[_train, _test, _unseen])
            (view as IDisposable)?.Dispose();
    }

    private IDataView InMemory(IDataView featurised)
    {
        // Only what trainers read, and read once here, so that no trainer's time holds parsing or featurising.
        IDataView chosen = _mlContext.Transforms.SelectColumns("Label", "Features").Fit(featurised).Transform(featurised);
        IDataView cached = _mlContext.Data.Cache(chosen, "Label", "Features");
        using DataViewRowCursor cursor = cached.GetRowCursor(cached.Schema);
        while (cursor.MoveNext())
        {
            // The cache fills as rows pass.
        }

        return cached;
    }

    private static double[]? Scores(IDataView scored) => scored.Schema.GetColumnOrNull("OodScore") is null
        ? null
        : [.. scored.GetColumn<float>("OodScore").Select(score => (double)score)];

    /// <summary>1 − the highest probability, the score that any classifier has.</summary>
    private static double[] Doubts(IDataView scored) => [.. scored.GetColumn<float[]>("Score").Select(score => 1.0 - score.Max())];

    private static double Quantile(double[] scores)
    {
        Array.Sort(scores);
        return scores[Math.Clamp((int)Math.Ceiling(AcceptedShare * scores.Length) - 1, 0, scores.Length - 1)];
    }

    private double RowsPerSecond(ITransformer model)
    {
        IDataView scored = model.Transform(_test);
        ReadScores(scored);
        var clock = Stopwatch.StartNew();
        long rows = 0;
        do
            rows += ReadScores(scored);
        while (clock.Elapsed < LeastScoringTime);
        return rows / clock.Elapsed.TotalSeconds;
    }

    private static long ReadScores(IDataView scored)
    {
        DataViewSchema.Column column = scored.Schema["Score"];
        using DataViewRowCursor cursor = scored.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> score = default;
        long rows = 0;
        for (; cursor.MoveNext(); rows++)
            getter(ref score);
        return rows;
    }

    /// <summary>The size of the whole model as ML.NET saves it, featurisation included.</summary>
    private double Bytes(ITransformer model)
    {
        using var stream = new MemoryStream();
        _mlContext.Model.Save(new TransformerChain<ITransformer>(_featurizer, model), _schema, stream);
        return stream.Length;
    }
}
