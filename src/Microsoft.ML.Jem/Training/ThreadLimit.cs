using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>Sets libtorch's number of CPU threads until disposed. That number is one for the whole process.</summary>
internal readonly struct ThreadLimit : IDisposable
{
    private readonly int _before;

    /// <param name="threads">Threads of one operation; null leaves the number as it is.</param>
    public ThreadLimit(int? threads)
    {
        _before = get_num_threads();
        if (threads is { } number && number != _before)
            set_num_threads(number);
    }

    /// <summary>Restores the number there was before.</summary>
    public void Dispose()
    {
        if (get_num_threads() != _before)
            set_num_threads(_before);
    }
}
