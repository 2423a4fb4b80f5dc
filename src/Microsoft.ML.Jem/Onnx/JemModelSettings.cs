using Microsoft.ML.Jem.Calibration;
using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>All that surrounds the network in a model file.</summary>
internal sealed record JemModelSettings
{
    /// <summary>How features are brought to a common scale before the network sees them.</summary>
    public required Standardization Standardization { get; init; }

    /// <summary>Names of the classes in the order of the logits; at least two.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Names of the features, one each; empty where they are not known.</summary>
    public IReadOnlyList<string> FeatureNames { get; init; } = [];

    /// <summary>T, by which logits are divided before the softmax; positive and finite.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>
    /// Energies of held-out rows, which make <c>OodScore</c>; null while the model is not calibrated yet: then its outputs are
    /// <c>Logits</c> and <c>Energy</c>, which calibration needs.
    /// </summary>
    public ConformalTable? EnergyTable { get; init; }

    /// <summary>Further entries of the file's metadata, such as what the network is; keys must differ from those of <see cref="JemMetadata"/>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Number of features.</summary>
    public int Width => Standardization.Width;

    /// <summary>Number of classes.</summary>
    public int ClassCount => ClassNames.Count;
}
