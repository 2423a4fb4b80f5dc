using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>All that surrounds the networks in a model file.</summary>
internal sealed record JemModelSettings
{
    /// <summary>How features are brought to a common scale before the networks see them.</summary>
    public required Standardization Standardization { get; init; }

    /// <summary>Names of the classes in the order of the logits; at least two.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>The members of the ensemble; at least one. All are calibrated, or a single one is not yet.</summary>
    public required IReadOnlyList<MemberSettings> Members { get; init; }

    /// <summary>Names of the features, one each; empty where they are not known.</summary>
    public IReadOnlyList<string> FeatureNames { get; init; } = [];

    /// <summary>T, by which logits are divided before the softmax; positive and finite.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>ε, the share of rows of no known kind that <c>Score</c> is prepared for; 0 to below 1, 0 where it is not.</summary>
    public float UnfamiliarShare { get; init; }

    /// <summary>The names that the columns had in the pipeline an exported file came from, by their names in the graph; null in a model that was never exported.</summary>
    public IReadOnlyDictionary<string, string>? Columns { get; init; }

    /// <summary>Further entries of the file's metadata, such as what the network is; keys must differ from those of <see cref="JemMetadata"/>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Number of features.</summary>
    public int Width => Standardization.Width;

    /// <summary>Number of classes.</summary>
    public int ClassCount => ClassNames.Count;

    /// <summary>Number of members.</summary>
    public int MemberCount => Members.Count;

    /// <summary>Whether the model has its conformal tables; without, its outputs are <c>Logits</c> and <c>Statistics</c>, which calibration needs.</summary>
    public bool IsCalibrated => Members.All(member => member.Calibration is not null);

    /// <summary>Number of held-out rows behind temperature and tables; tables may keep fewer.</summary>
    public int CalibrationRowCount { get; init; }

    /// <summary>
    /// Surprise that all members together have of the rows of a validation set, on which none was trained; null where each member has a
    /// table of its own.
    /// </summary>
    public ConformalTable? SharedTable { get; init; }

    /// <summary>Number n of entries in all conformal tables; <c>OodScore</c> is a multiple of 1/(n + 1).</summary>
    public int TableSize => SharedTable?.Count ?? Members.Sum(member => member.Calibration?.Table?.Count ?? 0);

    /// <summary>Refuses settings that contradict each other before anything is written.</summary>
    /// <param name="networkCount">Number of networks that are to be written.</param>
    /// <exception cref="ArgumentException">The settings contradict each other.</exception>
    public void Check(int networkCount)
    {
        if (Width < 1 || Standardization.Scale.Length != Width)
            throw new ArgumentException($"The standardisation needs an offset and a scale for each feature, but has {Width} offsets and {Standardization.Scale.Length} scales.");
        if (!Standardization.Offset.All(float.IsFinite) || !Standardization.Scale.All(float.IsFinite))
            throw new ArgumentException("The standardisation has an offset or a scale that is not finite.");
        if (!(Standardization.Limit > 0))
            throw new ArgumentException($"The limit of standardised features must be positive, but is {Standardization.Limit}.");
        if (ClassCount < 2)
            throw new ArgumentException($"A model needs at least two classes, but has {ClassCount}.");
        if (FeatureNames.Count != 0 && FeatureNames.Count != Width)
            throw new ArgumentException($"The model has {Width} features, but {FeatureNames.Count} feature names.");
        if (!(Temperature > 0 && float.IsFinite(Temperature)))
            throw new ArgumentException($"The temperature must be positive and finite, but is {Temperature}.");
        if (!(UnfamiliarShare is >= 0 and < 1))
            throw new ArgumentException($"The share of unfamiliar rows must be from 0 to below 1, but is {UnfamiliarShare}.");
        CheckMembers(networkCount);
    }

    private void CheckMembers(int networkCount)
    {
        if (Members.Count == 0 || Members.Count != networkCount)
            throw new ArgumentException($"A model needs a network for each member, but has {Members.Count} members and {networkCount} networks.");
        IEnumerable<WitnessKind> witnesses = Members[0].Witnesses.Select(witness => witness.Kind);
        if (!witnesses.Any())
            throw new ArgumentException("A model needs at least one statistic that OodScore is made of.");
        if (!IsCalibrated && Members.Count > 1)
            throw new ArgumentException("An ensemble can be written once all its members are calibrated; before that, write them one by one.");
        if (SharedTable is not null && Members.Count == 1)
            throw new ArgumentException("A single member has a conformal table of its own, and shares none.");
        foreach (MemberSettings member in Members)
        {
            if (member.Calibration is not null && (member.Calibration.Table is null) != (SharedTable is not null))
                throw new ArgumentException("A model needs either a conformal table for each member or one for all of them.");
            if (!member.Witnesses.Select(witness => witness.Kind).SequenceEqual(witnesses))
                throw new ArgumentException("All members of a model need the same statistics, in the same order.");
            if (member.Calibration is { } calibration && calibration.Curves.Count != member.Witnesses.Count)
                throw new ArgumentException($"A member needs a surprise curve for each statistic, but has {calibration.Curves.Count} for {member.Witnesses.Count}.");
        }
    }
}
