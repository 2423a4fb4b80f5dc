using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Sampling;
using Microsoft.ML.Jem.Training;
using TorchSharp;

namespace Microsoft.ML.Jem.Fitting;

/// <summary>What has come of rows.</summary>
/// <param name="Graph">The model file.</param>
/// <param name="History">How training went, epoch by epoch of each member.</param>
internal sealed record FittedModel(byte[] Graph, IReadOnlyList<TrainingProgress> History);

/// <summary>From rows to a model: hold rows out, standardise, train, calibrate, write the graph.</summary>
internal sealed class ModelFitting(JemTrainingOptions given, int seed, torch.Device device)
{
    /// <summary>Told what was decided along the way.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>Told what the user should know.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Told how training goes.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Stops training with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Fits a model to <paramref name="rows"/>.</summary>
    /// <param name="rows">Training rows.</param>
    /// <param name="validation">Rows to calibrate on; null to hold a stratified share of <paramref name="rows"/> out.</param>
    /// <param name="classNames">One name a class.</param>
    /// <param name="featureNames">One name a feature, or none.</param>
    /// <exception cref="InvalidOperationException">The rows cannot be trained on; the message says why.</exception>
    public FittedModel Fit(TrainingRows rows, TrainingRows? validation, string[] classNames, string[] featureNames)
    {
        CheckClasses(rows, classNames);
        int memberCount = given.NumberOfMembers ?? MembersFor(rows.Count);
        (TrainingRows Train, TrainingRows HeldOut)[] parts = validation is null
            ? CrossFitting.Split(rows, memberCount, given.HeldOutFraction, new Random(seed))
            : [.. Enumerable.Repeat((rows, Labelled(validation)), memberCount)];
        foreach ((TrainingRows _, TrainingRows heldOut) in parts)
            CheckHeldOut(heldOut, validation is not null);

        Standardization standardization = given.Network.Image is null
            ? Standardization.Fit(rows.Features, given.FeatureLimit)
            : PixelRange.Fit(rows.Features, given.FeatureLimit);
        JemTrainingOptions options = given.With(o => o.Network = given.Network.FitTo(rows, standardization, given.EncodeFeatures, seed));
        using Checkpoint? checkpoint = Checkpoint.Open(options, rows, validation, seed, device);
        if (checkpoint?.Describe() is { } resumption)
            Log(resumption);
        WitnessKind[] kinds = Witnesses.Of(options.OodStatistic, options.Network.GetType().Name, options.Network.NamesHidden, options.Network.WritesGradient);
        var witnesses = new Witness[parts.Length][];
        TrainedNetwork[] members = EnsembleTraining.Run(
            parts, standardization, options, seed, device, Warn, Progress, Cancellation, checkpoint,
            (m, member) => witnesses[m] = ModelCalibration.FitWitnesses(kinds, member, parts[m].Train, seed + m));
        try
        {
            SamplerState? sampler = SamplerState.Of(members.Select(member => member.Sampler));
            Dictionary<string, string> metadata = NetworkDescription.ToMetadata(options.Network);
            sampler?.AddTo(metadata);
            var settings = new JemModelSettings
            {
                Standardization = standardization,
                ClassNames = classNames,
                FeatureNames = featureNames,
                UnfamiliarShare = options.UnfamiliarShare,
                Members = [],
                Metadata = metadata,
            };
            ModelCalibration calibration = ModelCalibration.Of(settings, witnesses, members, parts);
            Log(calibration.Describe());
            byte[] graph = JemGraph.Write(calibration.Settings, [WithSampler(sampler, members[0].Writer), .. members.Skip(1).Select(member => member.Writer)]);
            checkpoint?.Delete(Warn);
            return new FittedModel(graph, [.. members.SelectMany((member, m) => member.History.Select(epoch => epoch with { Member = m + 1 }))]);
        }
        finally
        {
            foreach (TrainedNetwork member in members)
                member.Dispose();
        }
    }

    /// <summary>Writes the sampler beside the network, among the first member's values.</summary>
    private static NetworkWriter WithSampler(SamplerState? sampler, NetworkWriter writer) => (graph, input, withGradient) =>
    {
        sampler?.WriteTo(graph);
        return writer(graph, input, withGradient);
    };

    /// <summary>As many members as the network likes, but no more than parts can be cut.</summary>
    private int MembersFor(int rowCount) =>
        Math.Clamp(given.Network.PreferredMembers(rowCount), 1, (int)Math.Max(1, Math.Floor((1 / given.HeldOutFraction) + 1e-9)));

    private void CheckClasses(TrainingRows rows, string[] classNames)
    {
        var counts = new int[classNames.Length];
        foreach (int label in rows.Labels)
        {
            if (label != TrainingRows.Unlabelled)
                counts[label]++;
        }

        int present = counts.Count(count => count > 0);
        if (present < 2)
        {
            throw new InvalidOperationException(
                $"A classifier needs rows of at least two classes, but the training rows have {present}: {rows.Count} rows, " +
                $"{counts.Sum()} of them labelled. Check the label column, or that its keys were mapped on the whole data.");
        }

        if (present < classNames.Length)
        {
            IEnumerable<string> missing = classNames.Where((_, index) => counts[index] == 0).Take(5);
            Warn($"{classNames.Length - present} of {classNames.Length} classes have no training row ({string.Join(", ", missing)}, …); they will hardly ever be predicted.");
        }
    }

    private static TrainingRows Labelled(TrainingRows rows) =>
        rows.Subset([.. Enumerable.Range(0, rows.Count).Where(row => rows.Labels[row] != TrainingRows.Unlabelled)]);

    private static void CheckHeldOut(TrainingRows heldOut, bool isValidationSet)
    {
        if (heldOut.Count > 0)
            return;
        throw new InvalidOperationException(isValidationSet
            ? "The validation set has no labelled row. Calibration needs labelled rows; give some, or none at all to hold training rows out."
            : "No training rows can be held out for calibration: at least one class needs two labelled rows. Give more rows, or a validation set.");
    }
}
