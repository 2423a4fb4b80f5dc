using Microsoft.ML.Jem.Native;
using Microsoft.ML.Jem.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Energy;

/// <summary>Gradients of the log densities with respect to the features: what a Langevin step follows.</summary>
internal static class InputGradient
{
    /// <summary>∂ logsumexp_y f(x)[y] / ∂x = ∂ log p(x) / ∂x, [n, d]; a new tensor.</summary>
    public static Tensor OfLogSumExp(JemNetwork network, Module<Tensor, Tensor> module, Tensor x) =>
        network.InputGradient(module, x, static logits => logits.softmax(1));

    /// <summary>∂ f(x)[y] / ∂x = ∂ log p(x, y) / ∂x for a class [n] a row, [n, d]; a new tensor.</summary>
    public static Tensor OfClass(JemNetwork network, Module<Tensor, Tensor> module, Tensor x, Tensor y) =>
        network.InputGradient(module, x, logits =>
        {
            using Tensor column = y.unsqueeze(1);
            using Tensor classes = NumberOperations.Range(logits.shape[1], logits.device);
            using Tensor isOwn = column.eq(classes);
            return isOwn.to(logits.dtype);
        });
}
