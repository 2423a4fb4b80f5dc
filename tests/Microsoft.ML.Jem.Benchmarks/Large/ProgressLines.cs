using System.Globalization;
using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Benchmarks.Large;

/// <summary>Writes a line about the training every few seconds.</summary>
internal sealed class ProgressLines(TextWriter output) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private TimeSpan _next = TimeSpan.Zero;

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        // Members report from threads of their own.
        lock (_lock)
        {
            if (value.Elapsed < _next)
                return;
            _next = value.Elapsed + Interval;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {value.Elapsed:mm\\:ss}  epoch {value.Epoch} of {value.Epochs}, member {value.Member}: held-out accuracy {value.ValidationAccuracy:F4}, log-loss {value.ValidationLogLoss:F4}; about {value.Remaining:mm\\:ss} left"));
            output.Flush();
        }
    }
}
