using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Training;

/// <summary>The settings that follow from the data where the user has left them open.</summary>
/// <param name="BatchSize">Rows, and chains, an update.</param>
/// <param name="Epochs">Passes over the training rows.</param>
/// <param name="WarmUp">Updates over which the learning rate rises.</param>
/// <param name="InputNoise">Standard deviation of the noise added to training rows.</param>
internal sealed record TrainingPlan(int BatchSize, int Epochs, int WarmUp, double InputNoise)
{
    private const int FewestEpochs = 3;
    private const int LongestWarmUp = 200;

    /// <summary>Updates of one pass over <paramref name="rowCount"/> rows.</summary>
    public int UpdatesPerEpoch(int rowCount) => (int)(((long)rowCount + BatchSize - 1) / BatchSize);

    /// <summary>Plans a training.</summary>
    /// <param name="options">What the user has set.</param>
    /// <param name="train">The training rows.</param>
    /// <param name="standardization">What is done to their features first.</param>
    public static TrainingPlan For(JemTrainingOptions options, TrainingRows train, Standardization standardization)
    {
        int batchSize = options.BatchSize ?? train.Count switch { < 5000 => 64, < 100_000 => 128, _ => 512 };
        var plan = new TrainingPlan(batchSize, 0, 0, options.InputNoise ?? NeighbourDistance.InputNoise(train.Features, standardization));
        int updatesPerEpoch = plan.UpdatesPerEpoch(train.Count);

        // Harder sets are larger, but need only a little more: the same budget served 100 rows and 25 000.
        double updates = 500 + (1000 * Math.Max(0, Math.Log10(train.Count / 100.0)));
        int epochs = options.NumberOfEpochs ?? Math.Max(FewestEpochs, (int)Math.Ceiling(updates / updatesPerEpoch));
        int warmUp = options.WarmUp ?? (int)Math.Min(LongestWarmUp, (long)epochs * updatesPerEpoch / 10);
        return plan with { Epochs = epochs, WarmUp = warmUp };
    }
}
