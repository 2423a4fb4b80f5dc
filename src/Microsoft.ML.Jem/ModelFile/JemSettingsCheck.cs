using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>Refuses settings that contradict each other before anything is written.</summary>
internal static class JemSettingsCheck
{
    /// <exception cref="ArgumentException">The settings contradict each other.</exception>
    public static void Run(JemModelSettings settings, int networkCount)
    {
        Standardization standardization = settings.Standardization;
        if (settings.Width < 1 || standardization.Scale.Length != settings.Width)
            throw new ArgumentException($"The standardisation needs an offset and a scale for each feature, but has {settings.Width} offsets and {standardization.Scale.Length} scales.", nameof(settings));
        if (!standardization.Offset.All(float.IsFinite) || !standardization.Scale.All(float.IsFinite))
            throw new ArgumentException("The standardisation has an offset or a scale that is not finite.", nameof(settings));
        if (!(standardization.Limit > 0))
            throw new ArgumentException($"The limit of standardised features must be positive, but is {standardization.Limit}.", nameof(settings));
        if (settings.ClassCount < 2)
            throw new ArgumentException($"A model needs at least two classes, but has {settings.ClassCount}.", nameof(settings));
        if (settings.FeatureNames.Count != 0 && settings.FeatureNames.Count != settings.Width)
            throw new ArgumentException($"The model has {settings.Width} features, but {settings.FeatureNames.Count} feature names.", nameof(settings));
        if (!(settings.Temperature > 0 && float.IsFinite(settings.Temperature)))
            throw new ArgumentException($"The temperature must be positive and finite, but is {settings.Temperature}.", nameof(settings));
        if (!(settings.UnfamiliarShare is >= 0 and < 1))
            throw new ArgumentException($"The share of unfamiliar rows must be from 0 to below 1, but is {settings.UnfamiliarShare}.", nameof(settings));
        CheckMembers(settings, networkCount);
    }

    private static void CheckMembers(JemModelSettings settings, int networkCount)
    {
        if (settings.Members.Count == 0 || settings.Members.Count != networkCount)
            throw new ArgumentException($"A model needs a network for each member, but has {settings.Members.Count} members and {networkCount} networks.", nameof(settings));
        IEnumerable<WitnessKind> witnesses = settings.Members[0].Witnesses.Select(witness => witness.Kind);
        if (!witnesses.Any())
            throw new ArgumentException("A model needs at least one statistic that OodScore is made of.", nameof(settings));
        if (!settings.IsCalibrated && settings.Members.Count > 1)
            throw new ArgumentException("An ensemble can be written once all its members are calibrated; before that, write them one by one.", nameof(settings));
        if (settings.SharedTable is not null && settings.Members.Count == 1)
            throw new ArgumentException("A single member has a conformal table of its own, and shares none.", nameof(settings));
        foreach (MemberSettings member in settings.Members)
        {
            if (member.Calibration is not null && (member.Calibration.Table is null) != (settings.SharedTable is not null))
                throw new ArgumentException("A model needs either a conformal table for each member or one for all of them.", nameof(settings));
            if (!member.Witnesses.Select(witness => witness.Kind).SequenceEqual(witnesses))
                throw new ArgumentException("All members of a model need the same statistics, in the same order.", nameof(settings));
            if (member.Calibration is { } calibration && calibration.Curves.Count != member.Witnesses.Count)
                throw new ArgumentException($"A member needs a surprise curve for each statistic, but has {calibration.Curves.Count} for {member.Witnesses.Count}.", nameof(settings));
        }
    }
}
