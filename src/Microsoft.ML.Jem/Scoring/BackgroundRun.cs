using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Jem.Scoring;

/// <summary>Scores a batch on a thread of the pool, or on the caller's own where none has begun by the time the result is needed.</summary>
/// <remarks>
/// So nobody ever waits for a thread to become free, and a busy pool costs no more than scoring in place. Between
/// <see cref="Start"/> and the return of <see cref="Complete"/> or <see cref="Stop"/> the batch must be left alone.
/// </remarks>
internal sealed class BackgroundRun(ScoringBatch batch) : IThreadPoolWorkItem
{
    private readonly object _lock = new();
    private State _state;
    private ExceptionDispatchInfo? _error;
    private ScoreOutputs _outputs;
    private int _rows;

    private enum State
    {
        Idle,
        Waiting,
        Running,
    }

    /// <summary>Has the first <paramref name="rows"/> rows of the batch scored.</summary>
    public void Start(int rows, ScoreOutputs outputs)
    {
        lock (_lock)
        {
            _rows = rows;
            _outputs = outputs;
            _error = null;
            _state = State.Waiting;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Returns once the rows are scored; an error on another thread is thrown here.</summary>
    public void Complete()
    {
        if (TakeOver())
            batch.Run(_rows, _outputs);
        else
            _error?.Throw();
    }

    /// <summary>Returns once no other thread uses the batch, whether the rows are scored or not.</summary>
    public void Stop() => TakeOver();

    /// <remarks>The pool may come late, to rows that were scored without it: it then does nothing, or begins what was started since.</remarks>
    void IThreadPoolWorkItem.Execute()
    {
        lock (_lock)
        {
            if (_state != State.Waiting)
                return;
            _state = State.Running;
        }

        ExceptionDispatchInfo? error = null;
        try
        {
            batch.Run(_rows, _outputs);
        }
        catch (Exception exception)
        {
            error = ExceptionDispatchInfo.Capture(exception);
        }

        lock (_lock)
        {
            _error = error;
            _state = State.Idle;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits for the thread that has begun; true where none has, and now none will.</summary>
    private bool TakeOver()
    {
        lock (_lock)
        {
            bool isWaiting = _state == State.Waiting;
            if (isWaiting)
                _state = State.Idle;
            while (_state == State.Running)
                Monitor.Wait(_lock);
            return isWaiting;
        }
    }
}
