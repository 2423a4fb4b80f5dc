using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Microsoft.ML.Jem.Service.Tests;

/// <summary>Keeps the errors that a service logs, as an operator would read them.</summary>
[ProviderAlias(Alias)]
public sealed class ErrorLog : ILoggerProvider, ILogger
{
    public const string Alias = "ErrorLog";

    private readonly ConcurrentQueue<string> _errors = new();

    public string[] All => [.. _errors];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _errors.Enqueue($"{formatter(state, exception)} {exception?.Message}");

    public void Dispose()
    {
    }
}
