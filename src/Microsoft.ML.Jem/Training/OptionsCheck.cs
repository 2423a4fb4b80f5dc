using System.Globalization;
using System.Numerics;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;

namespace Microsoft.ML.Jem.Training;

/// <summary>Finds every option outside its range.</summary>
internal sealed class OptionsCheck
{
    private readonly List<string> _mistakes = [];

    /// <summary>A sentence for each mistake.</summary>
    public static IReadOnlyList<string> Mistakes(JemTrainingOptions options)
    {
        var check = new OptionsCheck();
        check.All(options);
        return check._mistakes;
    }

    private void All(JemTrainingOptions o)
    {
        Require(o.Network is not null, nameof(o.Network), "null", "a network, such as new MultilayerPerceptron()");
        NotNegative(o.ClassificationWeight, nameof(o.ClassificationWeight));
        NotNegative(o.MarginalWeight, nameof(o.MarginalWeight));
        NotNegative(o.JointWeight, nameof(o.JointWeight));
        Require(!(o.ClassificationWeight == 0 && o.MarginalWeight == 0 && o.JointWeight == 0),
            nameof(o.ClassificationWeight), "0, like MarginalWeight and JointWeight", "at least one of them above 0");
        Between(o.SamplerSteps ?? 1, 1, 10_000, nameof(o.SamplerSteps));
        Between(o.SampleInterval ?? 1, 1, 1000, nameof(o.SampleInterval));
        Require(!(o.ClassificationWeight == 0 && o.SampleInterval > 1), nameof(o.SampleInterval), o.SampleInterval ?? 1,
            "1 or null where ClassificationWeight is 0, as updates without samples would teach nothing");
        Positive(o.StepSize, nameof(o.StepSize));
        NotNegative(o.SamplerNoise, nameof(o.SamplerNoise));
        if (o.GradientClip is { } clip)
            Positive(clip, nameof(o.GradientClip));
        Between(o.BufferSize, 1, 10_000_000, nameof(o.BufferSize));
        Between(o.RestartProbability, 0, 1, nameof(o.RestartProbability));
        Defined(o.InitialDistribution, nameof(o.InitialDistribution));
        if (o.InputNoise is { } noise)
            NotNegative(noise, nameof(o.InputNoise));
        if (o.Augmentation is { } augmentation)
            Check(augmentation, o.Network?.Image);
        NotNegative(o.EnergyPenalty, nameof(o.EnergyPenalty));
        Require(o.LabelSmoothing is >= 0 and < 1, nameof(o.LabelSmoothing), o.LabelSmoothing, "a number from 0 to below 1");
        Positive(o.LearningRate, nameof(o.LearningRate));
        if (o.WarmUp is { } warmUp)
            Between(warmUp, 0, int.MaxValue, nameof(o.WarmUp));
        Defined(o.Decay, nameof(o.Decay));
        NotNegative(o.WeightDecay, nameof(o.WeightDecay));
        if (o.BatchSize is { } batch)
            Between(batch, 1, 1_000_000, nameof(o.BatchSize));
        if (o.NumberOfEpochs is { } epochs)
            Between(epochs, 1, 1_000_000, nameof(o.NumberOfEpochs));
        if (o.MaximumTrainingTime is { } time)
            Require(time > TimeSpan.Zero, nameof(o.MaximumTrainingTime), time, "a time above 0, or null for no limit");
        if (o.NumberOfMembers is { } members)
            Between(members, 1, 100, nameof(o.NumberOfMembers));
        Require(o.HeldOutFraction is > 0 and < 1, nameof(o.HeldOutFraction), o.HeldOutFraction, "a number above 0 and below 1");
        if (o.NumberOfMembers is { } count && count * o.HeldOutFraction > 1 + 1e-9)
            Require(false, nameof(o.HeldOutFraction), o.HeldOutFraction, $"at most 1/{count}, since each of {count} members holds out a part of its own");
        Defined(o.OodStatistic, nameof(o.OodStatistic));
        Require(o.UnfamiliarShare is >= 0 and < 1, nameof(o.UnfamiliarShare), o.UnfamiliarShare, "a number from 0 to below 1");
        Require(o.FeatureLimit > 0, nameof(o.FeatureLimit), o.FeatureLimit, "a number above 0, or positive infinity");
        Between(o.ReportedSamples, 0, 10_000, nameof(o.ReportedSamples));
        if (o.NumberOfThreads is { } threads)
            Between(threads, 1, 1024, nameof(o.NumberOfThreads));
        if (o.CheckpointPath is { } path)
            Require(!string.IsNullOrWhiteSpace(path), nameof(o.CheckpointPath), $"'{path}'", "the path of a directory, or null for no checkpoints");
        Require(o.CheckpointInterval >= TimeSpan.Zero, nameof(o.CheckpointInterval), o.CheckpointInterval, "a time of 0 or more");
    }

    private void Check(ImageAugmentation augmentation, ImageShape? image)
    {
        string padding = $"{nameof(JemTrainingOptions.Augmentation)}.{nameof(augmentation.Padding)}";
        Require(image is not null, nameof(JemTrainingOptions.Augmentation), "given, but the network takes no images", $"null, or a network for images such as {nameof(WideResNet)}");
        if (image is not null)
            Between(augmentation.Padding, 0, Math.Min(image.Height, image.Width) - 1, padding);
    }

    private void NotNegative(double value, string name) =>
        Require(value >= 0 && double.IsFinite(value), name, value, "a finite number, 0 or more");

    private void Positive(double value, string name) =>
        Require(value > 0 && double.IsFinite(value), name, value, "a finite number above 0");

    private void Between<T>(T value, T lowest, T highest, string name)
        where T : INumber<T> =>
        Require(value >= lowest && value <= highest, name, value, string.Create(CultureInfo.InvariantCulture, $"a number from {lowest} to {highest}"));

    private void Defined<T>(T value, string name)
        where T : struct, Enum =>
        Require(Enum.IsDefined(value), name, value, string.Join(" or ", Enum.GetNames<T>()));

    private void Require(bool holds, string name, object value, string expected)
    {
        if (!holds)
            _mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}: expected {expected}."));
    }
}
