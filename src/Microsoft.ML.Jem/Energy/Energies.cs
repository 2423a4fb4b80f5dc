using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Energy;

/// <summary>
/// Logits read as negated energies (Grathwohl et al., "Your classifier is secretly an energy based model", ICLR 2020): higher is
/// more like the training data.
/// </summary>
internal static class Energies
{
    /// <summary>logsumexp_y f(x)[y], the unnormalised log p(x) (eq. 6) and the negated energy E(x) (eq. 7): from logits [n, K] to [n].</summary>
    public static Tensor LogSumExp(Tensor logits) => logits.logsumexp(1);

    /// <summary>f(x)[y], the unnormalised log p(x, y) (eq. 5): from logits [n, K] and classes [n] to [n].</summary>
    /// <param name="logits">Logits [n, K].</param>
    /// <param name="y">The class of each row, int64 [n].</param>
    public static Tensor LogitOfClass(Tensor logits, Tensor y)
    {
        using Tensor column = y.unsqueeze(1);
        using Tensor chosen = logits.gather(1, column);
        return chosen.squeeze(1);
    }
}
