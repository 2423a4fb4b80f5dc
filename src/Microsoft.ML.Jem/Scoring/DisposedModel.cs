using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Jem.Scoring;

/// <summary>The error of a call to a model that was disposed. It names the usual cause: a prediction engine that owned the model.</summary>
internal static class DisposedModel
{
    /// <exception cref="ObjectDisposedException"><paramref name="isDisposed"/> is true.</exception>
    public static void ThrowIf([DoesNotReturnIf(true)] bool isDisposed)
    {
        if (isDisposed)
        {
            throw new ObjectDisposedException(
                nameof(JemTransformer),
                "The model was disposed and can score no more. A PredictionEngine disposes its model with itself: make engines that share a model with PredictionEngineOptions.OwnsTransformer = false.");
        }
    }
}
