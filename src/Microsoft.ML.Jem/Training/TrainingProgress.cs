namespace Microsoft.ML.Jem.Training;

/// <summary>Where training stands after an epoch of one member of the ensemble, or after several where an epoch has few updates.</summary>
/// <param name="Epoch">Epochs that have ended, over all members, from 1.</param>
/// <param name="Epochs">
/// Epochs expected, over all members; those of a member that has ended count as they were. Without a
/// <see cref="JemTrainingOptions.NumberOfEpochs"/> the number grows as long as the held-out loss falls.
/// </param>
/// <param name="Member">The member whose epochs have ended, from 1; the losses and energies are its own.</param>
/// <param name="ClassificationLoss">Mean cross-entropy −log p(y|x) over the batches since the report before, input noise included; NaN where no row has a label.</param>
/// <param name="GenerativeLoss">Mean of data energy − sample energy over the same batches; near 0 while the sampler keeps up; NaN where no samples are drawn.</param>
/// <param name="DataEnergy">Mean energy of the training rows, E(x⁺).</param>
/// <param name="SampleEnergy">Mean energy of the chains' ends, E(x⁻); NaN where no samples are drawn.</param>
/// <param name="ValidationAccuracy">Share of held-out rows classified correctly; NaN without labelled held-out rows.</param>
/// <param name="ValidationLogLoss">Mean −log p(y|x) of held-out rows, natural logarithm, before calibration; NaN without labelled held-out rows.</param>
/// <param name="Recoveries">How often this member has diverged, been rolled back and gone on more gently.</param>
/// <param name="Elapsed">
/// In a progress report the time since this run of the training began. In <see cref="JemModelParameters.TrainingHistory"/> the time that the member has
/// trained, earlier runs of a resumed training included; files keep it.
/// </param>
/// <param name="Remaining">Estimate of the time left, from the mean duration of the epochs so far and the epochs expected.</param>
public sealed record TrainingProgress(
    int Epoch,
    int Epochs,
    int Member,
    double ClassificationLoss,
    double GenerativeLoss,
    double DataEnergy,
    double SampleEnergy,
    double ValidationAccuracy,
    double ValidationLogLoss,
    int Recoveries,
    TimeSpan Elapsed,
    TimeSpan Remaining)
{
    /// <summary>Chains of the replay buffer, in the features' own space, as many as <see cref="JemTrainingOptions.ReportedSamples"/> asks for.</summary>
    public IReadOnlyList<float[]> Samples { get; init; } = [];
}
