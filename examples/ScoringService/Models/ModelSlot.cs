namespace ScoringService.Models;

/// <summary>Holds the model that answers now. Requests that began with the one before finish with it.</summary>
public sealed class ModelSlot : IDisposable
{
    private readonly Lock _lock = new();
    private LoadedModel? _current;

    /// <summary>The current model, kept alive until the lease is disposed; null where there is none.</summary>
    public ModelLease? TryAcquire()
    {
        lock (_lock)
            return _current is { } model && model.TryUse() ? new ModelLease(model) : null;
    }

    /// <summary>Puts a model in place; the one before is disposed once its last request is answered.</summary>
    public void Replace(LoadedModel? model)
    {
        LoadedModel? before;
        lock (_lock)
            (before, _current) = (_current, model);
        before?.Release();
    }

    public void Dispose() => Replace(null);
}

/// <summary>One use of a model.</summary>
public sealed class ModelLease(LoadedModel model) : IDisposable
{
    private int _released;

    public LoadedModel Model => model;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
            model.Release();
    }
}
