using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Training;

/// <summary>The settings that follow from the data where the user has left them open.</summary>
/// <param name="BatchSize">Rows, and chains, an update.</param>
/// <param name="Epochs">Passes over the training rows; null for as many as the held-out rows ask for.</param>
/// <param name="WarmUp">Updates over which the learning rate rises; null for the schedule's own.</param>
/// <param name="InputNoise">Standard deviation of the noise added to training rows.</param>
/// <param name="SampleInterval">Updates from one that draws samples to the next.</param>
internal sealed record TrainingPlan(int BatchSize, int? Epochs, int? WarmUp, double InputNoise, int SampleInterval)
{
    /// <summary>Updates of a warm-up at most, and those of a training without a horizon.</summary>
    public const int LongestWarmUp = 200, OpenWarmUp = 50;

    /// <summary>Updates of one pass over <paramref name="rowCount"/> rows.</summary>
    public int UpdatesPerEpoch(int rowCount) => (int)(((long)rowCount + BatchSize - 1) / BatchSize);

    /// <summary>Plans a training.</summary>
    /// <param name="options">What the user has set.</param>
    /// <param name="train">The training rows.</param>
    /// <param name="standardization">What is done to their features first.</param>
    public static TrainingPlan For(JemTrainingOptions options, TrainingRows train, Standardization standardization)
    {
        int batchSize = options.BatchSize ?? train.Count switch { < 5000 => 64, < 100_000 => 128, _ => 512 };
        double noise = options.InputNoise ?? NeighbourDistance.InputNoise(train.Features, standardization);
        bool needsSamples = options.ClassificationWeight == 0 || train.Labels.Contains(TrainingRows.Unlabelled);
        int interval = options.SampleInterval ?? (needsSamples ? 1 : options.Network.PreferredSampleInterval);
        var plan = new TrainingPlan(batchSize, options.NumberOfEpochs, options.WarmUp, noise, interval);

        // Where no class is learnt, the held-out loss says nothing of when to stop.
        return plan.Epochs is null && options.ClassificationWeight == 0
            ? plan with { Epochs = Math.Max(3, (int)Math.Ceiling(DensityUpdates(train.Count) / plan.UpdatesPerEpoch(train.Count))) }
            : plan;
    }

    private static double DensityUpdates(int rowCount) => 500 + (1000 * Math.Max(0, Math.Log10(rowCount / 100.0)));
}
