namespace Microsoft.ML.Jem.Training;

/// <summary>The learning rate of each update: a linear rise over the warm-up, then the decay.</summary>
internal sealed class LearningRate(JemTrainingOptions options, long updates)
{
    /// <summary>The learning rate of an update, counted from 0.</summary>
    public double Of(long update)
    {
        if (update < options.WarmUp)
            return options.LearningRate * (update + 1) / options.WarmUp;
        if (options.Decay == LearningRateDecay.None)
            return options.LearningRate;
        double progress = (double)(update - options.WarmUp) / Math.Max(1, updates - options.WarmUp);
        return options.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, progress)));
    }
}
