using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>Sets libtorch's number of CPU threads until disposed.</summary>
/// <remarks>
/// That number is one for the whole process, though each thread keeps a copy of it, and a matrix product split among other threads adds up in another order. So while
/// several trainings run at a time, the number of the first stays in force until the last has ended: none changes it under
/// another's hands, and each gives the same bits from beginning to end.
/// </remarks>
internal sealed class ThreadLimit : IDisposable
{
    private static readonly Lock Gate = new();
    private static int _active;
    private static int _before;
    private static int _inForce;

    private bool _disposed;

    /// <param name="threads">Threads of one operation; null leaves the number as it is.</param>
    public ThreadLimit(int? threads)
    {
        lock (Gate)
        {
            if (_active++ == 0)
            {
                _before = get_num_threads();
                _inForce = threads ?? _before;
            }
        }

        Apply();
    }

    /// <summary>Puts the number in force on the calling thread, which may remember another from an earlier call of its own.</summary>
    public void Apply() => set_num_threads(_inForce);

    /// <summary>Restores the number there was before, if no other training is under way.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            if (--_active == 0 && get_num_threads() != _before)
                set_num_threads(_before);
        }
    }
}
