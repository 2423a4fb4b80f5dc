using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Reporting;

/// <summary>One epoch of a training curve. A value that was not measured is NaN and leaves a gap.</summary>
/// <param name="Epoch">The epoch that has ended, from 1; of its member, where there are several.</param>
/// <param name="ClassificationLoss">Mean −log p(y|x) over the epoch's batches, in nats.</param>
/// <param name="ValidationLogLoss">Mean −log p(y|x) of held-out rows, in nats.</param>
/// <param name="DataEnergy">Mean energy of training rows.</param>
/// <param name="SampleEnergy">Mean energy of the sampler's chains.</param>
/// <param name="Member">The member of the ensemble, from 1; each has curves of its own.</param>
/// <param name="Recovered">Whether training had diverged and was rolled back in this epoch.</param>
public sealed record TrainingEpoch(
    int Epoch,
    double ClassificationLoss,
    double ValidationLogLoss,
    double DataEnergy = double.NaN,
    double SampleEnergy = double.NaN,
    int Member = 1,
    bool Recovered = false)
{
    /// <summary>The epochs of a trained model.</summary>
    /// <param name="history">What <see cref="JemModelParameters.TrainingHistory"/> says.</param>
    public static IReadOnlyList<TrainingEpoch> From(IEnumerable<TrainingProgress> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var epochs = new List<TrainingEpoch>();
        foreach (IGrouping<int, TrainingProgress> member in history.GroupBy(progress => progress.Member))
        {
            int epoch = 0;
            int recoveries = 0;
            foreach (TrainingProgress progress in member)
            {
                epochs.Add(new TrainingEpoch(
                    ++epoch, progress.ClassificationLoss, progress.ValidationLogLoss, progress.DataEnergy, progress.SampleEnergy, member.Key, progress.Recoveries > recoveries));
                recoveries = progress.Recoveries;
            }
        }

        return epochs;
    }
}
