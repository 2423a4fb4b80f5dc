using System.Diagnostics;

namespace Microsoft.ML.Jem.Training;

/// <summary>
/// Shares cores among more members than there are cores: each gives its core away now and then, first come, first served, so that
/// three members on two cores end together after one and a half times the time of one.
/// </summary>
/// <param name="atOnce">Members that work at a time.</param>
/// <param name="slice">How long a member keeps its core when others wait; a hand-over costs a good part of the few milliseconds of a round.</param>
internal sealed class Turns(int atOnce, TimeSpan slice)
{
    private readonly TimeSpan _slice = slice;
    private readonly object _lock = new();
    private readonly Queue<object> _waiting = [];
    private int _free = atOnce;

    /// <summary>Waits for a core; disposing gives it to whoever waits for one.</summary>
    public Turn Enter()
    {
        Wait();
        return new Turn(this);
    }

    private void Wait()
    {
        lock (_lock)
        {
            if (_free > 0 && _waiting.Count == 0)
            {
                _free--;
                return;
            }

            var own = new object();
            _waiting.Enqueue(own);
            while (_free == 0 || _waiting.Peek() != own)
                Monitor.Wait(_lock);
            _waiting.Dequeue();
            _free--;
            Monitor.PulseAll(_lock);
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _free++;
            Monitor.PulseAll(_lock);
        }
    }

    private bool IsAnyWaiting()
    {
        lock (_lock)
            return _waiting.Count > 0;
    }

    /// <summary>A core that a member has for a while.</summary>
    internal sealed class Turn(Turns turns) : IDisposable
    {
        private long _since = Stopwatch.GetTimestamp();

        /// <summary>Lets those who wait go first, if the core was kept for its while.</summary>
        public void Pass()
        {
            if (Stopwatch.GetElapsedTime(_since) < turns._slice || !turns.IsAnyWaiting())
                return;
            turns.Leave();
            turns.Wait();
            _since = Stopwatch.GetTimestamp();
        }

        /// <inheritdoc/>
        public void Dispose() => turns.Leave();
    }
}
