namespace Microsoft.ML.Jem.Tests.Native;

/// <summary>Until disposed, threads of its own collect garbage and run finalisers without pause.</summary>
internal sealed class ConstantCollection : IDisposable
{
    private readonly Thread[] _threads;
    private volatile bool _stop;

    public ConstantCollection(int threads = 2)
    {
        _threads = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Collect) { IsBackground = true })];
        foreach (Thread thread in _threads)
            thread.Start();
    }

    public void Dispose()
    {
        _stop = true;
        foreach (Thread thread in _threads)
            thread.Join();
    }

    private void Collect()
    {
        // What a native call reads is young: collections of the youngest generation are quick, and find it most often.
        for (int i = 0; !_stop; i++)
        {
            GC.Collect(i % 16 == 0 ? GC.MaxGeneration : 0);
            GC.WaitForPendingFinalizers();
        }
    }
}
