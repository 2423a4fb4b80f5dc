using Microsoft.Extensions.Options;
using Microsoft.ML.Jem.Evaluation;
using ScoringService.Api;
using ScoringService.Models;

namespace ScoringService.Telemetry;

/// <summary>Watches the rows that the current model scores; begins anew with each model.</summary>
public sealed partial class DriftMonitor(IOptions<ScoringOptions> options, ILogger<DriftMonitor> logger)
{
    private readonly Lock _lock = new();
    private LoadedModel? _model;
    private OodScoreDrift? _drift;
    private long _unfamiliar;
    private double _energySum;

    /// <summary>Forgets the rows of the model before.</summary>
    public void Begin(LoadedModel model)
    {
        lock (_lock)
        {
            _model = model;
            _drift = new OodScoreDrift(model.CalibrationRows, options.Value.RowsPerFalseAlarm);
            _unfamiliar = 0;
            _energySum = 0;
        }
    }

    /// <summary>Forgets all rows and the alarm, once it was looked into; false where there is no model.</summary>
    public bool Reset()
    {
        lock (_lock)
        {
            if (_drift is null || _model is null)
                return false;
            if (_drift.AlarmRow is { } row)
                LogReset(logger, _model.Id, row, _drift.RowCount);
            _drift.Reset();
            _unfamiliar = 0;
            _energySum = 0;
            return true;
        }
    }

    /// <summary>Takes in rows; those of a model that was replaced meanwhile say nothing about the new one.</summary>
    public void Add(LoadedModel model, RowScores[] rows)
    {
        lock (_lock)
        {
            if (model != _model || _drift is null)
                return;
            foreach (RowScores row in rows)
            {
                _unfamiliar += row.OodScore > options.Value.UnfamiliarThreshold ? 1 : 0;
                _energySum += row.Energy;
                if (_drift.Add(row.OodScore))
                    LogAlarm(logger, model.Id, _drift.RowCount, _drift.RowsPerFalseAlarm);
            }
        }
    }

    /// <summary>How it stands; null where there is no model.</summary>
    public DriftResponse? Describe()
    {
        lock (_lock)
        {
            if (_drift is null)
                return null;
            double rows = Math.Max(_drift.RowCount, 1);
            return new DriftResponse(
                _drift.RowCount, _unfamiliar / rows, _energySum / rows, _drift.Statistic, _drift.RowsPerFalseAlarm, _drift.IsAlarm, _drift.AlarmRow);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Rows are no longer like the training data of model {Model}: alarm at row {Row}. Without a change it would come after {Rows} rows or more, in the mean.")]
    private static partial void LogAlarm(ILogger logger, string model, long row, double rows);

    [LoggerMessage(LogLevel.Information, "The alarm of model {Model} at row {Row} was reset after {Rows} rows.")]
    private static partial void LogReset(ILogger logger, string model, long row, long rows);
}
