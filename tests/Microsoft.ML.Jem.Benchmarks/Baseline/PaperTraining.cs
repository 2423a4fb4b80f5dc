using Microsoft.ML.Jem.Features;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Benchmarks.Baseline;

/// <summary>
/// The paper's training loop (algorithm 1 of Grathwohl et al., ICLR 2020) written the obvious way in TorchSharp. This is what our
/// training is measured by: kept as one would write it at first, correct and not slowed down on purpose.
/// </summary>
internal sealed class PaperTraining : IDisposable
{
    private readonly PaperRecipe _recipe;
    private readonly PaperRows _rows;
    private readonly PaperSampler _sampler;
    private readonly optim.Optimizer _optimizer;

    /// <param name="module">From features [n, d] to logits [n, K].</param>
    /// <param name="data">Rows with features and a key.</param>
    /// <param name="standardization">What is done to features first.</param>
    /// <param name="recipe">The settings.</param>
    public PaperTraining(Module<Tensor, Tensor> module, IDataView data, Standardization standardization, PaperRecipe recipe)
    {
        Module = module;
        _recipe = recipe;
        _rows = new PaperRows(data, standardization, recipe.BatchSize, new Random(1));
        _sampler = new PaperSampler(recipe, standardization.Width);
        _optimizer = optim.Adam(module.parameters(), recipe.LearningRate);
    }

    /// <summary>What is trained.</summary>
    public Module<Tensor, Tensor> Module { get; }

    /// <summary>An MLP with SiLU.</summary>
    public static Module<Tensor, Tensor> Perceptron(params int[] widths)
    {
        var layers = new List<Module<Tensor, Tensor>>();
        for (int i = 1; i < widths.Length; i++)
        {
            if (i > 1)
                layers.Add(SiLU());
            layers.Add(Linear(widths[i - 1], widths[i]));
        }

        return Sequential(layers);
    }

    /// <summary>One pass over the rows; returns the number of updates.</summary>
    public int Epoch()
    {
        int updates = 0;
        Module.train();
        foreach ((Tensor x, Tensor y) in _rows.Batches())
        {
            using (x)
            using (y)
                Update(x, y);
            updates++;
        }

        return updates;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sampler.Dispose();
        _optimizer.Dispose();
        Module.Dispose();
    }

    private void Update(Tensor rows, Tensor y)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rows + (_recipe.InputNoise * randn_like(rows));
        Tensor samples = _sampler.Sample(Module);
        Tensor marginal = Module.call(samples).logsumexp(1).mean() - Module.call(x).logsumexp(1).mean();
        Tensor classification = functional.cross_entropy(Module.call(x), y);
        Tensor loss = marginal + classification;
        _optimizer.zero_grad();
        loss.backward();
        _optimizer.step();
    }
}
