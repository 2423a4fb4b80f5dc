using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Reporting;

/// <summary>One epoch of a training curve. A value that was not measured is NaN and leaves a gap.</summary>
/// <param name="Epoch">The epoch that has ended, from 1.</param>
/// <param name="ClassificationLoss">Mean −log p(y|x) over the epoch's batches, in nats.</param>
/// <param name="ValidationLogLoss">Mean −log p(y|x) of held-out rows, in nats.</param>
/// <param name="DataEnergy">Mean energy of training rows.</param>
/// <param name="SampleEnergy">Mean energy of the sampler's chains.</param>
/// <param name="Recovery">What the trainer did because training was about to diverge, in a few words; null where nothing was needed.</param>
public sealed record TrainingEpoch(
    int Epoch,
    double ClassificationLoss,
    double ValidationLogLoss,
    double DataEnergy = double.NaN,
    double SampleEnergy = double.NaN,
    string? Recovery = null)
{
    /// <summary>The epoch that a trainer has reported.</summary>
    /// <param name="progress">Where training stood after the epoch.</param>
    public static TrainingEpoch From(TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        return new TrainingEpoch(
            progress.Epoch, progress.ClassificationLoss, progress.ValidationLogLoss, progress.DataEnergy, progress.SampleEnergy);
    }
}
