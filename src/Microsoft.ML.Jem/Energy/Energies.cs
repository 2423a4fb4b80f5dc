using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Energy;

/// <summary>
/// Logits read as energies (Grathwohl et al., "Your classifier is secretly an energy based model", ICLR 2020): lower is more
/// like the training data.
/// </summary>
internal static class Energies
{
    /// <summary>f(x) = logsumexp_y f(x)[y], the unnormalised log p(x) (eq. 6): from logits [n, K] to [n].</summary>
    public static Tensor LogSumExp(Tensor logits) => logits.logsumexp(1);

    /// <summary>E(x) = −logsumexp_y f(x)[y] (eq. 7): from logits [n, K] to [n].</summary>
    public static Tensor Of(Tensor logits)
    {
        using Tensor logSumExp = LogSumExp(logits);
        return logSumExp.neg();
    }

    /// <summary>f(x)[y], the unnormalised log p(x, y) (eq. 5): from logits [n, K] and classes [n] to [n].</summary>
    /// <param name="logits">Logits [n, K].</param>
    /// <param name="y">The class of each row, int64 [n].</param>
    public static Tensor LogitOfClass(Tensor logits, Tensor y)
    {
        using Tensor column = y.unsqueeze(1);
        using Tensor chosen = logits.gather(1, column);
        return chosen.squeeze(1);
    }

    /// <summary>E(x, y) = −f(x)[y] (eq. 5): from logits [n, K] and classes [n] to [n].</summary>
    public static Tensor OfClass(Tensor logits, Tensor y)
    {
        using Tensor logit = LogitOfClass(logits, y);
        return logit.neg();
    }
}
