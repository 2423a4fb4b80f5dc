using System.Globalization;

namespace Microsoft.ML.Jem.Training;

/// <summary>Watches a training for trouble, and says how to go on more gently.</summary>
/// <remarks>
/// JEM diverges in two ways: values stop being finite, or energies drift apart without ever turning NaN. Both show in the terms
/// of the loss.
/// </remarks>
internal static class DivergenceGuard
{
    /// <summary>How often p(x) is given another chance before it is left out.</summary>
    public const int MostRecoveries = 3;

    /// <summary>How often, p(x) left out, the classifier alone is given another chance.</summary>
    public const int MostClassifierRecoveries = 12;

    /// <summary>Largest mean energy gap of an epoch; healthy ones stay below 2.</summary>
    private const double LargestGap = 10;

    /// <summary>Largest mean energy; healthy ones stay below 20.</summary>
    private const double LargestEnergy = 1000;

    /// <summary>What is wrong with one update, or null.</summary>
    public static string? Trouble(float loss) =>
        float.IsFinite(loss) ? null : string.Create(CultureInfo.InvariantCulture, $"the loss is {loss}");

    /// <summary>What is wrong with an epoch, or null.</summary>
    public static string? Trouble(TermMeans means)
    {
        double gap = means.DataEnergy - means.SampleEnergy;
        if (Math.Abs(gap) > LargestGap)
            return string.Create(CultureInfo.InvariantCulture, $"the energies of rows and samples differ by {gap:g3}");
        double energy = Math.Max(Math.Abs(means.DataEnergy), double.IsNaN(means.SampleEnergy) ? 0 : Math.Abs(means.SampleEnergy));
        return energy > LargestEnergy ? string.Create(CultureInfo.InvariantCulture, $"energies have grown to {energy:g3}") : null;
    }

    /// <summary>Settings to go on with after the <paramref name="recovery"/>-th rollback, from 1.</summary>
    public static JemTrainingOptions Soften(JemTrainingOptions options, int recovery) => options.With(softer =>
    {
        softer.LearningRate = options.LearningRate / 2;
        softer.StepSize = options.StepSize / 2;
        softer.SamplerNoise = Math.Min(options.SamplerNoise, 0.1);
        softer.GradientClip = Math.Min(options.GradientClip ?? 1, 1);
        softer.EnergyPenalty = Math.Max(2 * options.EnergyPenalty, 0.1);
        softer.InitialDistribution = Sampling.InitialDistribution.ClassGaussian;
        if (recovery > MostRecoveries)
            softer.MarginalWeight = softer.JointWeight = 0;
    });

    /// <summary>What was done, for the log.</summary>
    public static string Describe(string trouble, int epoch, JemTrainingOptions softer) => string.Create(CultureInfo.InvariantCulture,
        $"Training diverged in epoch {epoch}: {trouble}. Went back to the last good state and goes on with learning rate {softer.LearningRate:g3}, ")
        + (softer.MarginalWeight > 0 || softer.JointWeight > 0
            ? string.Create(CultureInfo.InvariantCulture, $"step size {softer.StepSize:g3} and energy penalty {softer.EnergyPenalty:g3}.")
            : "without p(x): the model is a plain classifier, and its energies mean less.");
}
