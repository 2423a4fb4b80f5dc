using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>
/// One token for both ways to stop training: the user's own, and ML.NET's <c>MLContext.CancelExecution</c>, which only sets a
/// flag that has to be looked at.
/// </summary>
internal sealed class HostCancellation : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _source;
    private readonly Timer _timer;

    public HostCancellation(IHost host, CancellationToken user)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(user);
        _timer = new Timer(
            _ =>
            {
                if (host is ICancelable { IsCanceled: true })
                    _source.Cancel();
            },
            null, Interval, Interval);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        // Wait for a look under way, which could otherwise cancel a disposed source.
        using (var stopped = new ManualResetEvent(false))
        {
            if (_timer.Dispose(stopped))
                stopped.WaitOne();
        }

        _source.Dispose();
    }
}
