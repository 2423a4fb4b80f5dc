using Microsoft.ML.Jem.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Tells ML.NET's progress channel, its log and the user's own <see cref="IProgress{T}"/> how training goes.</summary>
internal sealed class TrainingProgressReporter : IProgress<TrainingProgress>, IDisposable
{
    private readonly IProgressChannel _channel;
    private readonly IChannel _log;
    private readonly IProgress<TrainingProgress>? _user;
    private TrainingProgress? _latest;

    public TrainingProgressReporter(IHost host, IChannel log, IProgress<TrainingProgress>? user)
    {
        _log = log;
        _user = user;
        _channel = host.StartProgressChannel("JEM training");
        var header = new ProgressHeader(
            ["Classification loss", "Generative loss", "Data energy", "Sample energy", "Validation accuracy", "Seconds left"],
            ["epochs"]);
        _channel.SetHeader(header, entry =>
        {
            if (_latest is { } latest)
                entry.SetProgress(0, latest.Epoch, latest.Epochs);
        });
    }

    public void Report(TrainingProgress value)
    {
        _latest = value;
        _channel.Checkpoint(
            value.ClassificationLoss, value.GenerativeLoss, value.DataEnergy, value.SampleEnergy, value.ValidationAccuracy,
            value.Remaining.TotalSeconds, value.Epoch);
        _log.Info(
            $"Epoch {value.Epoch}/{value.Epochs} (member {value.Member}): classification loss {value.ClassificationLoss:F4}, generative loss " +
            $"{value.GenerativeLoss:F4}, data energy {value.DataEnergy:F3}, sample energy {value.SampleEnergy:F3}, validation " +
            $"accuracy {value.ValidationAccuracy:F4}, {value.Remaining.TotalSeconds:F0} s left.");
        _user?.Report(value);
    }

    public void Dispose() => _channel.Dispose();
}
