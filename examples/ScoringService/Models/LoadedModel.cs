using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem;

namespace ScoringService.Models;

/// <summary>A model with its prediction engines, used by any number of requests and disposed after the last.</summary>
public sealed class LoadedModel
{
    /// <summary>Up to here an engine's fixed cost a row is less than what a data view costs to set up (measured: docs/decisions.md).</summary>
    private const int RowsForEngines = 24;

    private readonly MLContext _context = new();
    private readonly JemTransformer _transformer;
    private readonly SchemaDefinition _rowSchema;
    private readonly ConcurrentBag<PredictionEngine<FeatureRow, RowScores>> _engines = [];
    private readonly Lock _lock = new();
    private int _leases = 1;

    internal LoadedModel(string id, JemTransformer transformer)
    {
        Id = id;
        _transformer = transformer;
        _rowSchema = SchemaDefinition.Create(typeof(FeatureRow));
        _rowSchema[nameof(FeatureRow.Features)].ColumnName = transformer.FeatureColumnName;
        _rowSchema[nameof(FeatureRow.Features)].ColumnType = transformer.FeatureColumnType;
    }

    /// <summary>A hash of the model file.</summary>
    public string Id { get; }

    public DateTimeOffset LoadedAt { get; } = DateTimeOffset.UtcNow;

    public IReadOnlyList<string> Classes => _transformer.Model.ClassNames;

    public int Width => _transformer.Model.NumberOfFeatures;

    public double Temperature => _transformer.Model.Temperature;

    public int CalibrationRows => _transformer.Model.CalibrationRowCount;

    /// <summary>Scores rows: a few each with an engine of the pool, many at once.</summary>
    public RowScores[] Score(float[][] rows) => rows.Length <= RowsForEngines ? ScoreSingly(rows) : ScoreAtOnce(rows);

    public RowScores[] ScoreSingly(float[][] rows)
    {
        if (!_engines.TryTake(out PredictionEngine<FeatureRow, RowScores>? engine))
            engine = CreateEngine();
        try
        {
            return Array.ConvertAll(rows, row => engine.Predict(new FeatureRow { Features = row }));
        }
        finally
        {
            _engines.Add(engine);
        }
    }

    public RowScores[] ScoreAtOnce(float[][] rows)
    {
        IDataView data = _context.Data.LoadFromEnumerable(rows.Select(row => new FeatureRow { Features = row }), _rowSchema);
        return [.. _context.Data.CreateEnumerable<RowScores>(_transformer.Transform(data), reuseRowObject: false)];
    }

    /// <summary>Takes the model into use; false where it has been disposed.</summary>
    internal bool TryUse()
    {
        lock (_lock)
        {
            if (_leases == 0)
                return false;
            _leases++;
            return true;
        }
    }

    /// <summary>Ends a use, or the slot's own hold; after the last, the model is disposed.</summary>
    internal void Release()
    {
        lock (_lock)
        {
            if (--_leases > 0)
                return;
        }

        foreach (PredictionEngine<FeatureRow, RowScores> engine in _engines)
            engine.Dispose();
        _transformer.Dispose();
    }

    private PredictionEngine<FeatureRow, RowScores> CreateEngine() =>
        _context.Model.CreatePredictionEngine<FeatureRow, RowScores>(
            _transformer, new PredictionEngineOptions { InputSchemaDefinition = _rowSchema, OwnsTransformer = false });
}

/// <summary>A row to score; the name of its column and the number of features come from the model.</summary>
public sealed class FeatureRow
{
    public float[] Features { get; set; } = [];
}

/// <summary>What the model says of a row.</summary>
public sealed class RowScores
{
    /// <summary>Key of the class: 1 for the first.</summary>
    public uint PredictedLabel { get; set; }

    public float[] Score { get; set; } = [];

    public float Energy { get; set; }

    public float OodScore { get; set; }
}
