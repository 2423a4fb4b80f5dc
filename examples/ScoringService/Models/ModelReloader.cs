using Microsoft.Extensions.Options;
using ScoringService.Telemetry;

namespace ScoringService.Models;

/// <summary>Loads the model at the start and again whenever its file is another one.</summary>
/// <remarks>
/// The file is polled: notifications do not come from network drives and many container volumes. A file that cannot be loaded,
/// perhaps because it is still being written, changes nothing; it is tried again once it has changed.
/// </remarks>
public sealed partial class ModelReloader(
    ModelSlot slot, DriftMonitor drift, ScoringMetrics metrics, IOptions<ScoringOptions> options, IHostEnvironment environment, ILogger<ModelReloader> logger)
    : BackgroundService
{
    private readonly string _path = Path.GetFullPath(options.Value.ModelPath, environment.ContentRootPath);
    private Stamp? _tried;
    private bool _hasTried;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request is accepted.
        Reload();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.ReloadSeconds));
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Reload();
    }

    private void Reload()
    {
        Stamp? stamp = Stamp.Of(_path);
        if (_hasTried && stamp == _tried)
            return;
        (_hasTried, _tried) = (true, stamp);
        try
        {
            LoadedModel model = ModelLoading.Load(_path, options.Value.MaximumModelBytes);
            drift.Begin(model);
            slot.Replace(model);
            metrics.Reloaded(succeeded: true);
            LogLoaded(logger, model.Id, _path, model.Width, model.Classes.Count);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Whatever is wrong with the new file, the service goes on with the model it has.
            metrics.Reloaded(succeeded: false);
            LogFailed(logger, error, _path);
        }
    }

    [LoggerMessage(LogLevel.Information, "Model {Id} is loaded from {Path}: {Width} features, {Classes} classes.")]
    private static partial void LogLoaded(ILogger logger, string id, string path, int width, int classes);

    [LoggerMessage(LogLevel.Error, "{Path} cannot be loaded; the model before it, if any, stays in use.")]
    private static partial void LogFailed(ILogger logger, Exception error, string path);

    /// <summary>What tells one state of a file from another.</summary>
    private sealed record Stamp(DateTime Written, DateTime Created, long Length)
    {
        public static Stamp? Of(string path)
        {
            var file = new FileInfo(path);
            return file.Exists ? new Stamp(file.LastWriteTimeUtc, file.CreationTimeUtc, file.Length) : null;
        }
    }
}
