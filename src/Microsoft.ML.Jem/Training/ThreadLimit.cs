using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>Sets libtorch's number of CPU threads until disposed.</summary>
/// <remarks>
/// That number is one for the whole process, though each thread keeps a copy of it, and a matrix product split among other threads
/// adds up in another order. So what runs at the same time runs with the same number: whoever must have another waits.
/// </remarks>
internal sealed class ThreadLimit : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);
    private static readonly object Gate = new();
    private static int _active;
    private static int _before;
    private static int _inForce;

    private bool _disposed;

    private ThreadLimit()
    {
    }

    /// <summary>Sets the number, and waits for that while others run with another one.</summary>
    /// <param name="threads">Threads of one operation; null for as many as libtorch uses when it is left alone.</param>
    /// <param name="waiting">Called once if there is reason to wait, with the number in force.</param>
    /// <param name="cancellation">Ends waiting with an <see cref="OperationCanceledException"/>.</param>
    public static ThreadLimit Require(int? threads, Action<int>? waiting = null, CancellationToken cancellation = default)
    {
        lock (Gate)
        {
            bool waits = false;
            while (_active > 0 && (threads ?? _before) != _inForce)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!waits)
                    waiting?.Invoke(_inForce);
                waits = true;
                Monitor.Wait(Gate, Patience);
            }

            return Enter(threads);
        }
    }

    /// <summary>Sets the number, or makes do with the one others run with: for work whose last bits may depend on it, and which must not wait.</summary>
    /// <param name="threads">Threads of one operation; null leaves the number as it is.</param>
    public static ThreadLimit Prefer(int? threads)
    {
        lock (Gate)
            return Enter(threads);
    }

    /// <summary>Puts the number in force on the calling thread, which may remember another from an earlier call of its own.</summary>
    public void Apply() => set_num_threads(_inForce);

    /// <summary>Restores the number there was before, if nobody else needs one.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            if (--_active > 0)
                return;
            if (get_num_threads() != _before)
                set_num_threads(_before);
            Monitor.PulseAll(Gate);
        }
    }

    private static ThreadLimit Enter(int? threads)
    {
        if (_active++ == 0)
        {
            _before = get_num_threads();
            _inForce = threads ?? _before;
        }

        var limit = new ThreadLimit();
        limit.Apply();
        return limit;
    }
}
