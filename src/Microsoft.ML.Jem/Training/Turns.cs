namespace Microsoft.ML.Jem.Training;

/// <summary>
/// Shares cores among more members than there are cores: each gives its core away after a round, first come, first served, so that
/// three members on two cores end together after one and a half times the time of one.
/// </summary>
/// <param name="atOnce">Members that work at a time.</param>
internal sealed class Turns(int atOnce)
{
    private readonly object _lock = new();
    private readonly Queue<object> _waiting = [];
    private int _free = atOnce;

    /// <summary>Waits for a core.</summary>
    public void Enter()
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

    /// <summary>Gives the core to whoever waits for one.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _free++;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Lets those who wait go first.</summary>
    public void Pass()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
                return;
        }

        Leave();
        Enter();
    }
}
