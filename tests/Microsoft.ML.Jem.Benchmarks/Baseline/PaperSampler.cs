using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Benchmarks.Baseline;

/// <summary>
/// Draws samples as the paper's code does: autograd through logsumexp at each step, the graph retained, parameters as they are in
/// training.
/// </summary>
internal sealed class PaperSampler(PaperRecipe recipe, int width) : IDisposable
{
    private readonly Scalar _stepSize = recipe.StepSize, _noise = recipe.Noise;
    private readonly Tensor _buffer = Fresh(recipe.BufferSize, width);

    /// <summary>Samples x⁻ of p(x), [batch, d].</summary>
    public Tensor Sample(Module<Tensor, Tensor> f)
    {
        f.eval();
        Tensor entries = randint(recipe.BufferSize, [recipe.BatchSize]);
        Tensor restarts = rand(recipe.BatchSize, 1) < recipe.RestartProbability;
        Tensor x = where(restarts, Fresh(recipe.BatchSize, width), _buffer[entries]).requires_grad_();
        for (int step = 0; step < recipe.Steps; step++)
        {
            Tensor gradient = autograd.grad([f.call(x).logsumexp(1).sum()], [x], retain_graph: true)[0];
            using (no_grad())
                x.add_(gradient, _stepSize).add_(randn_like(x), _noise);
        }

        f.train();
        Tensor samples = x.detach();
        _buffer.index_copy_(0, entries, samples);
        return samples;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer.Dispose();
        _stepSize.Dispose();
        _noise.Dispose();
    }

    private static Tensor Fresh(int count, int width) => rand(count, width).mul_(2).sub_(1);
}
