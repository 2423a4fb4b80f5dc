using Microsoft.ML.Jem.Benchmarks.Baseline;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.Jem.Training;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>The time of an update: our training loop and the paper's with the same network, rows, batch and steps, epoch by epoch in turns.</summary>
internal static class TrainingIteration
{
    private const int ClassCount = 10;

    /// <summary>An MLP of 64-128-128-10 on the digits.</summary>
    public static RatioResult MeasurePerceptron()
    {
        Native.TorchLibrary.EnsureLoaded();
        TrainingRows rows = Digits.Train with { ClassCount = ClassCount };
        return Measure(
            new MultilayerPerceptron(Activation.SiLU, 128, 128), PaperTraining.Perceptron(rows.Features.Width, 128, 128, ClassCount),
            rows, new PaperRecipe(), TimeSpan.FromSeconds(30));
    }

    /// <summary>A WRN-10-1 on made-up grey images of 28 × 28.</summary>
    public static RatioResult MeasureWideResNet()
    {
        Native.TorchLibrary.EnsureLoaded();
        const int Side = 28;
        var network = new WideResNet(10, 1, new ImageShape(1, Side, Side, PixelOrder.Planar));
        return Measure(
            network, network.Build(Side * Side, ClassCount), Rows.MakeUp(64, Side * Side, ClassCount, 0.3, seed: 1),
            new PaperRecipe(), TimeSpan.FromSeconds(60));
    }

    private static RatioResult Measure(JemNetwork network, Module<torch.Tensor, torch.Tensor> module, TrainingRows rows, PaperRecipe recipe, TimeSpan budget)
    {
        int width = rows.Features.Width;
        var standardization = Standardization.Fit(rows.Features, new JemTrainingOptions().FeatureLimit);
        JemTrainingOptions options = recipe.ToOptions(network).With(o => o.NumberOfEpochs = 1_000_000);

        // One thread each: the ratio is that of the code, and does not hang on what else the machine does.
        using var threads = ThreadLimit.Require(1);
        using var baseline = new PaperTraining(module, Rows.View(new MLContext(seed: 1), Rows.Of(rows), width, ClassCount), standardization, recipe);
        using var enough = new CancellationTokenSource();
        var turns = new Turns(baseline, updates: (rows.Count + recipe.BatchSize - 1) / recipe.BatchSize, budget, enough);
        try
        {
            TrainedNetwork trained = TrainingLoop.Run(
                rows, rows.Subset([]), standardization, options, seed: 1, torch.CPU, log: null, turns, enough.Token);
            trained.Dispose();
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            // The only way for it to end: the budget is used up.
        }

        Paired times = turns.Times;
        return new RatioResult(
            times.Ratio,
            FormattableString.Invariant($"{1000 * times.Ours:F2} ms an update against {1000 * times.Baseline:F2} ms ({times.Count} pairs of epochs)"),
            new() { ["ourSeconds"] = times.Ours, ["baselineSeconds"] = times.Baseline, ["pairs"] = times.Count });
    }
}
