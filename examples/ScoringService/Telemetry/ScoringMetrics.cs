using System.Diagnostics.Metrics;
using ScoringService.Models;

namespace ScoringService.Telemetry;

/// <summary>The meter "ScoringService": <c>dotnet-counters monitor --counters ScoringService</c>, or any OpenTelemetry exporter.</summary>
public sealed class ScoringMetrics
{
    public const string MeterName = "ScoringService";

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _rows;
    private readonly Counter<long> _unfamiliar;
    private readonly Histogram<double> _energy;
    private readonly Counter<long> _reloads;

    public ScoringMetrics(IMeterFactory factory, DriftMonitor drift)
    {
        Meter meter = factory.Create(MeterName);
        _requests = meter.CreateCounter<long>("scoring.requests", "{request}", "Requests answered, by status.");
        _duration = meter.CreateHistogram<double>("scoring.duration", "s", "Time from a request's first byte to its answer.");
        _rows = meter.CreateCounter<long>("scoring.rows", "{row}", "Rows scored.");
        _unfamiliar = meter.CreateCounter<long>("scoring.rows.unfamiliar", "{row}", "Rows with an OodScore above the threshold.");
        _energy = meter.CreateHistogram<double>("scoring.energy", null, "Energy of the rows scored; higher = less like the training data.");
        _reloads = meter.CreateCounter<long>("scoring.model.reloads", "{reload}", "Models loaded, by outcome.");
        meter.CreateObservableGauge("scoring.unfamiliar.rate", () => drift.Describe()?.UnfamiliarRate ?? 0, null, "Share of unfamiliar rows since the model was loaded.");
        meter.CreateObservableGauge("scoring.energy.mean", () => drift.Describe()?.MeanEnergy ?? 0, null, "Mean energy of rows since the model was loaded.");
        meter.CreateObservableGauge("scoring.drift.statistic", () => drift.Describe()?.Statistic ?? 0, null, "Shiryaev–Roberts statistic of the OodScore's uniformity.");
        meter.CreateObservableGauge("scoring.drift.alarm", () => drift.Describe()?.IsAlarm == true ? 1 : 0, null, "1 where rows are no longer like the training data.");
    }

    public void Answered(int status, TimeSpan elapsed)
    {
        var tag = new KeyValuePair<string, object?>("status", status);
        _requests.Add(1, tag);
        _duration.Record(elapsed.TotalSeconds, tag);
    }

    public void Scored(RowScores[] rows, double threshold)
    {
        _rows.Add(rows.Length);
        _unfamiliar.Add(rows.Count(row => row.OodScore > threshold));
        if (_energy.Enabled)
        {
            foreach (RowScores row in rows)
                _energy.Record(row.Energy);
        }
    }

    public void Reloaded(bool succeeded) => _reloads.Add(1, new KeyValuePair<string, object?>("succeeded", succeeded));
}
