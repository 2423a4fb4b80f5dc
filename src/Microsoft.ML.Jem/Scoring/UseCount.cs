namespace Microsoft.ML.Jem.Scoring;

/// <summary>Counts the uses of a resource, so that one thread may close it while others use it: the last to leave releases it.</summary>
internal sealed class UseCount(Action release)
{
    private const int Closed = int.MinValue;

    private Action? _release = release;
    private int _state;

    /// <summary>Begins a use; false once closed.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _state) > 0)
            return true;
        Exit();
        return false;
    }

    /// <summary>Ends a use.</summary>
    public void Exit()
    {
        if (Interlocked.Decrement(ref _state) == Closed)
            ReleaseOnce();
    }

    /// <summary>Ends all future uses; the resource is released now or when the last use ends. Later calls do nothing.</summary>
    public void Close()
    {
        int before = Interlocked.Or(ref _state, Closed);
        if (before == 0)
            ReleaseOnce();
    }

    private void ReleaseOnce() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
