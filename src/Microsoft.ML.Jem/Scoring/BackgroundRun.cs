using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Jem.Scoring;

/// <summary>Scores a batch on a thread of the pool, or on the caller's own where none has begun by the time the result is needed.</summary>
/// <remarks>
/// So nobody ever waits for a thread to become free, and a busy pool costs no more than scoring in place. Between
/// <see cref="Start"/> and the return of <see cref="Complete"/> or <see cref="Stop"/> the batch must be left alone.
/// </remarks>
internal sealed class BackgroundRun(ScoringBatch batch) : IThreadPoolWorkItem, IDisposable
{
    private readonly ManualResetEventSlim _ended = new();
    private ExceptionDispatchInfo? _error;
    private ScoreOutputs _outputs;
    private int _rows;
    private int _isWaiting;

    /// <summary>Has the first <paramref name="rows"/> rows of the batch scored.</summary>
    public void Start(int rows, ScoreOutputs outputs)
    {
        _rows = rows;
        _outputs = outputs;
        _error = null;
        _ended.Reset();
        Volatile.Write(ref _isWaiting, 1);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Returns once the rows are scored; an error on another thread is thrown here.</summary>
    public void Complete()
    {
        if (Begin())
        {
            batch.Run(_rows, _outputs);
            return;
        }

        _ended.Wait();
        _error?.Throw();
    }

    /// <summary>Returns once no other thread uses the batch, whether the rows are scored or not.</summary>
    public void Stop()
    {
        if (!Begin())
            _ended.Wait();
    }

    /// <inheritdoc/>
    public void Dispose() => _ended.Dispose();

    /// <remarks>The pool may come late, to rows that were scored without it: it then does nothing, or begins what was started since.</remarks>
    void IThreadPoolWorkItem.Execute()
    {
        if (!Begin())
            return;
        try
        {
            batch.Run(_rows, _outputs);
        }
        catch (Exception exception)
        {
            _error = ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            _ended.Set();
        }
    }

    /// <summary>Whether nobody had begun yet.</summary>
    private bool Begin() => Interlocked.Exchange(ref _isWaiting, 0) == 1;
}
