using System.Globalization;
using Microsoft.ML.Jem.Features;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Training;

/// <summary>
/// Trains one network, and makes sure that p(x) has not cost it its class: where there is reason for doubt, a plain classifier is
/// trained as well, and kept if it is clearly better on the held-out rows.
/// </summary>
internal static class MemberTraining
{
    /// <summary>Held-out log-loss, as a share of that of guessing, above which a plain classifier is tried for comparison.</summary>
    private const double DoubtfulShare = 0.95;

    /// <summary>How many times the default a learning rate may be without a comparison: higher ones may settle on a worse classifier and look sound.</summary>
    private const double BoldLearningRate = 3;

    /// <summary>By how much, absolutely and relatively, p(x) may raise the log-loss; energies are worth that much.</summary>
    private const double AllowedLoss = 0.05, AllowedShare = 0.1;

    /// <summary>By how much p(x) may lower the accuracy.</summary>
    private const double AllowedAccuracy = 0.01;

    /// <summary>Trains; see <see cref="TrainingLoop.Run"/>.</summary>
    public static TrainedNetwork Run(
        TrainingRows train,
        TrainingRows heldOut,
        Standardization standardization,
        JemTrainingOptions options,
        int seed,
        Device device,
        Action<string> log,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellation,
        MemberCheckpoint? checkpoint = null,
        Turns.Turn? turn = null)
    {
        TrainedNetwork joint = TrainingLoop.Run(train, heldOut, standardization, options, seed, device, log, progress, cancellation, checkpoint?.Joint, turn);
        if ((options.MarginalWeight == 0 && options.JointWeight == 0) || options.ClassificationWeight == 0 || !IsDoubtful(joint, options, train.ClassCount))
            return joint;

        TrainedNetwork? plain = null;
        try
        {
            TimeSpan? left = options.MaximumTrainingTime - (joint.History.Count > 0 ? joint.History[^1].Elapsed : TimeSpan.Zero);
            if (left <= TimeSpan.Zero)
                return joint;
            JemTrainingOptions alone = options.With(o =>
            {
                o.MaximumTrainingTime = left;
                o.MarginalWeight = o.JointWeight = o.EnergyPenalty = 0;
                o.LearningRate = Math.Min(options.LearningRate, new JemTrainingOptions().LearningRate);
            });
            plain = TrainingLoop.Run(train, heldOut, standardization, alone, seed, device, log, null, cancellation, checkpoint?.Classifier, turn);
            if (IsBetter(plain, joint))
            {
                log(string.Create(CultureInfo.InvariantCulture,
                    $"p(x) could not be trained without hurting the classifier: held-out log-loss {joint.Best?.ValidationLogLoss:F3} with it, {plain.Best?.ValidationLogLoss:F3} without. The plain classifier is kept; its energies mean less."));
                (joint, plain) = (plain, joint);
            }

            return joint;
        }
        catch
        {
            joint.Dispose();
            throw;
        }
        finally
        {
            plain?.Dispose();
        }
    }

    private static bool IsDoubtful(TrainedNetwork joint, JemTrainingOptions options, int classCount) =>
        options.LearningRate > BoldLearningRate * new JemTrainingOptions().LearningRate || joint.History.Count == 0 || joint.History[^1].Recoveries > 0 || joint.Best?.ValidationLogLoss > DoubtfulShare * Math.Log(classCount);

    private static bool IsBetter(TrainedNetwork plain, TrainedNetwork joint)
    {
        if (plain.Best is not { } other)
            return false;
        return joint.Best is not { } own ||
            own.ValidationLogLoss > other.ValidationLogLoss + Math.Max(AllowedLoss, AllowedShare * other.ValidationLogLoss) ||
            own.ValidationAccuracy < other.ValidationAccuracy - AllowedAccuracy;
    }
}
