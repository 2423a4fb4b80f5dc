namespace Microsoft.ML.Jem.Training;

/// <summary>Where training stands after an epoch.</summary>
/// <param name="Epoch">The epoch that has ended, from 1.</param>
/// <param name="Epochs">Number of epochs planned.</param>
/// <param name="ClassificationLoss">Mean cross-entropy −log p(y|x) over the epoch's batches, input noise included; NaN where no row has a label.</param>
/// <param name="GenerativeLoss">Mean of data energy − sample energy over the epoch; near 0 while the sampler keeps up; NaN where no samples are drawn.</param>
/// <param name="DataEnergy">Mean energy of the training rows, E(x⁺).</param>
/// <param name="SampleEnergy">Mean energy of the chains' ends, E(x⁻); NaN where no samples are drawn.</param>
/// <param name="ValidationAccuracy">Share of held-out rows classified correctly; NaN without labelled held-out rows.</param>
/// <param name="ValidationLogLoss">Mean −log p(y|x) of held-out rows, natural logarithm, before calibration; NaN without labelled held-out rows.</param>
/// <param name="Elapsed">Time since training began.</param>
/// <param name="Remaining">Estimate of the time left, from the mean duration of the epochs so far.</param>
public sealed record TrainingProgress(
    int Epoch,
    int Epochs,
    double ClassificationLoss,
    double GenerativeLoss,
    double DataEnergy,
    double SampleEnergy,
    double ValidationAccuracy,
    double ValidationLogLoss,
    TimeSpan Elapsed,
    TimeSpan Remaining)
{
    /// <summary>Chains of the replay buffer, in the features' own space, as many as <see cref="JemTrainingOptions.ReportedSamples"/> asks for.</summary>
    public IReadOnlyList<float[]> Samples { get; init; } = [];
}
