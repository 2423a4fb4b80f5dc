namespace Microsoft.ML.Jem.Networks;

/// <summary>Input gradients of a network computed here rather than in libtorch: for small networks, a fraction of the time.</summary>
/// <remarks>Weights are copied by <see cref="Refresh"/> and stand still until it is called again. Not safe for concurrent use.</remarks>
internal abstract class VectorizedNetwork
{
    /// <summary>Takes over the weights as the module has them now.</summary>
    public abstract void Refresh();

    /// <summary>∂ logsumexp f(x)/∂x of rows, or ∂f(x)[y]/∂x.</summary>
    /// <param name="x">Features, row by row.</param>
    /// <param name="y">The class of each row; empty for logsumexp.</param>
    /// <param name="gradient">Receives the gradients, row by row.</param>
    public abstract void InputGradient(ReadOnlySpan<float> x, ReadOnlySpan<long> y, Span<float> gradient);
}
