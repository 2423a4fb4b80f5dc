using System.Diagnostics;

namespace Microsoft.ML.Jem.Damaged;

/// <summary>Ends the process where one piece of work has no end.</summary>
internal sealed class Watchdog : IDisposable
{
    /// <summary>Some 500 times what a file takes. Processor time, as on a busy machine anything may take long by the clock.</summary>
    private static readonly TimeSpan MostProcessorTime = TimeSpan.FromSeconds(5);

    /// <summary>For what waits and does nothing.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(5);

    private readonly Action _report;
    private readonly Timer _timer;
    private readonly Lock _lock = new();
    private (TimeSpan Processor, long Clock)? _begun;

    public Watchdog(Action report)
    {
        _report = report;
        _timer = new Timer(_ => Look(), null, TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(0.25));
    }

    public void Begin()
    {
        lock (_lock)
            _begun = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
    }

    public void End()
    {
        lock (_lock)
            _begun = null;
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            if (_begun is not { } begun
                || (Environment.CpuUsage.TotalTime - begun.Processor < MostProcessorTime && Stopwatch.GetElapsedTime(begun.Clock) < MostTime))
                return;
            _report();
            Environment.Exit(1);
        }
    }
}
