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
}
