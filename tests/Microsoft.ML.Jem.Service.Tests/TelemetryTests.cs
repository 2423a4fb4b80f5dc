using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ScoringService.Api;
using ScoringService.Telemetry;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>Metrics and the drift alarm.</summary>
public sealed class TelemetryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_rows_and_energies_are_measured()
    {
        using var service = new Service();
        var measured = new Dictionary<string, double>();
        using var listener = new MeterListener();
        var factory = service.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == ScoringMetrics.MeterName && instrument.Meter.Scope == factory)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.Start();

        await Service.PredictAsync(service.Client, Files.Digits("novel")[..50]);
        using HttpResponseMessage bad = await service.Client.PostAsJsonAsync("/predict", new { }, Cancellation);
        listener.RecordObservableInstruments();

        DriftResponse drift = await DriftAsync(service);
        lock (measured)
        {
            Assert.Equal(2, measured["scoring.requests"]);
            Assert.True(measured["scoring.duration"] > 0);
            Assert.Equal(50, measured["scoring.rows"]);
            Assert.Equal(drift.UnfamiliarRate * 50, measured["scoring.rows.unfamiliar"], 1e-9);
            Assert.Equal(drift.UnfamiliarRate, measured["scoring.unfamiliar.rate"], 1e-9);
            Assert.Equal(drift.MeanEnergy * 50, measured["scoring.energy"], 1e-3);
            Assert.Equal(drift.MeanEnergy, measured["scoring.energy.mean"], 1e-9);
            Assert.Equal(drift.Statistic, measured["scoring.drift.statistic"], 1e-9);
        }

        void Add(string name, double value)
        {
            lock (measured)
                measured[name] = measured.GetValueOrDefault(name) + value;
        }
    }

    [Fact]
    public async Task Rows_like_the_training_data_raise_no_alarm_and_unseen_digits_do()
    {
        using var service = new Service();
        await Service.PredictAsync(service.Client, Files.Digits("test"));
        DriftResponse known = await DriftAsync(service);
        Assert.False(known.IsAlarm, known.ToString());
        Assert.Equal(Files.Digits("test").Length, known.Rows);

        await Service.PredictAsync(service.Client, Files.Digits("novel"));
        DriftResponse novel = await DriftAsync(service);
        Assert.True(novel.IsAlarm, novel.ToString());
        Assert.True(novel.AlarmRow > known.Rows);
    }

    [Fact]
    public async Task An_alarm_stays_until_it_is_reset()
    {
        using var service = new Service();
        float[] row = Files.Digits("test")[0];
        await Service.PredictAsync(service.Client, [.. Enumerable.Repeat(row, 500)]);
        Assert.True((await DriftAsync(service)).IsAlarm);
        await Service.PredictAsync(service.Client, Files.Digits("test"));
        Assert.True((await DriftAsync(service)).IsAlarm);

        using HttpResponseMessage reset = await service.Client.DeleteAsync("/drift", Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, reset.StatusCode);
        DriftResponse begun = await DriftAsync(service);
        Assert.Equal((0, 0, 0, false, null), (begun.Rows, begun.UnfamiliarRate, begun.Statistic, begun.IsAlarm, begun.AlarmRow));
        await Service.PredictAsync(service.Client, Files.Digits("test"));
        Assert.False((await DriftAsync(service)).IsAlarm);
    }

    [Fact]
    public async Task A_new_model_is_watched_from_its_beginning()
    {
        using var service = new Service();
        await Service.PredictAsync(service.Client, Files.Digits("novel"));
        Assert.True((await DriftAsync(service)).Rows > 0);

        service.ReplaceModel(Files.AnotherModel(temperature: 3));

        while ((await DriftAsync(service)).Rows > 0)
            await Task.Delay(20, Cancellation);
        Assert.False((await DriftAsync(service)).IsAlarm);
    }

    private static async Task<DriftResponse> DriftAsync(Service service) =>
        (await service.Client.GetFromJsonAsync<DriftResponse>("/drift", JsonSerializerOptions.Web, Cancellation))!;
}
