using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Spectre.Console;

namespace Shared;

/// <summary>Shows ML.NET's warnings, which go to the context's log and nowhere else.</summary>
internal static class WarningLog
{
    /// <summary>A context whose warnings and errors are shown, each once.</summary>
    public static MLContext CreateContext(int seed)
    {
        var mlContext = new MLContext(seed);
        var shown = new ConcurrentDictionary<string, bool>();
        mlContext.Log += (_, message) =>
        {
            if (message.Kind >= ChannelMessageKind.Warning && shown.TryAdd(message.RawMessage, true))
                AnsiConsole.MarkupLineInterpolated($"[yellow]{message.Kind}:[/] {message.RawMessage}");
        };
        return mlContext;
    }
}
