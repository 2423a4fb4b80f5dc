using BenchmarkDotNet.Attributes;
using Microsoft.ML.Jem.Benchmarks.Baseline;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Training;
using TorchSharp;

namespace Microsoft.ML.Jem.Benchmarks.Suites;

/// <summary>An update of the training loop beside one of the paper's: batch 64, 20 Langevin steps. Ours has its share of setting up in it.</summary>
public class TrainingBenchmarks : IDisposable
{
    private const int ClassCount = 10, RowCount = 256, Epochs = 8;
    private const int Updates = Epochs * RowCount / 64;

    private readonly PaperRecipe _recipe = new();
    private readonly TrainingRows _rows;
    private readonly JemNetwork _network;
    private readonly Standardization _standardization;
    private readonly PaperTraining _baseline;
    private ThreadLimit? _threads;

    /// <summary>An MLP of 64-128-128-10.</summary>
    public TrainingBenchmarks()
        : this(new MultilayerPerceptron(Activation.SiLU, 128, 128), DigitsModel.Width)
    {
    }

    private protected TrainingBenchmarks(JemNetwork network, int width)
    {
        Native.TorchLibrary.EnsureLoaded();
        _network = network;
        _rows = Rows.MakeUp(RowCount, width, ClassCount, 0.3, seed: 1);
        _standardization = Standardization.Fit(_rows.Features, new JemTrainingOptions().FeatureLimit);
        _baseline = new PaperTraining(network.Build(width, ClassCount), Rows.View(new MLContext(seed: 1), Rows.Of(_rows), width, ClassCount), _standardization, _recipe);
    }

    /// <summary>One thread each: the comparison is that of the code, and does not hang on what else the machine does.</summary>
    [GlobalSetup]
    public void SetUp() => _threads = ThreadLimit.Require(1);

    [Benchmark(OperationsPerInvoke = Updates)]
    public void TrainingLoop() => Training.TrainingLoop.Run(
        _rows, _rows.Subset([]), _standardization, _recipe.ToOptions(_network).With(options => options.NumberOfEpochs = Epochs),
        seed: 1, torch.CPU, log: null, progress: null, CancellationToken.None).Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Updates)]
    public void PaperLoop()
    {
        for (int epoch = 0; epoch < Epochs; epoch++)
            _baseline.Epoch();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _baseline.Dispose();
        _threads?.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same with a WRN-10-1 on grey images of 28 × 28.</summary>
public class WideResNetTrainingBenchmarks() : TrainingBenchmarks(new WideResNet(10, 1, new ImageShape(1, Side, Side, PixelOrder.Planar)), Side * Side)
{
    private const int Side = 28;
}
