namespace Microsoft.ML.Jem.Training;

/// <summary>The learning rate of each update: a linear rise over the warm-up, then the decay.</summary>
internal sealed class LearningRate(JemTrainingOptions options, int warmUp, long updates)
{
    /// <summary>What is left of the learning rate at the end.</summary>
    private const double LastShare = 0.01;

    /// <summary>The learning rate of an update, counted from 0.</summary>
    public double Of(long update)
    {
        if (update < warmUp)
            return options.LearningRate * (update + 1) / warmUp;
        if (options.Decay == LearningRateDecay.None)
            return options.LearningRate;
        double progress = (double)(update - warmUp) / Math.Max(1, updates - warmUp);
        return options.LearningRate * (LastShare + ((1 - LastShare) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, progress)))));
    }
}
