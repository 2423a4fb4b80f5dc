using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Onnx;
using TorchSharp;

namespace Microsoft.ML.Jem.Ood;

/// <summary>
/// One statistic of a row that <c>OodScore</c> can be made of, fitted to one member of the ensemble. All follow one convention:
/// higher = less like the training data.
/// </summary>
/// <remarks>
/// A witness is one file, which holds its formula, its fit, its ONNX nodes, what it stores in the model file and its weight, and one
/// line in <see cref="Witnesses"/>. Its statistic is computed by the ONNX graph alone, in calibration too; the tests hold it in C#.
/// </remarks>
/// <param name="Kind">Which witness this is.</param>
internal abstract record Witness(WitnessKind Kind)
{
    /// <summary>How much its surprise counts beside those of others; alone, every witness counts 1.</summary>
    public virtual float Weight => 1;

    /// <summary>Writes the nodes of the statistic, and all that <see cref="WitnessKind.Read"/> needs.</summary>
    /// <returns>Name of the statistic, float [N, 1].</returns>
    public abstract string Write(OnnxGraph graph, WitnessInputs inputs);

    /// <summary>Where features are clipped, in standard deviations, that the network clips at <paramref name="networkLimit"/>.</summary>
    /// <remarks>Outliers do a network no good, but a witness must see how far away a row lies.</remarks>
    public static float FeatureLimit(float networkLimit) => Math.Max(networkLimit, 10);
}

/// <summary>A witness before it is fitted.</summary>
/// <param name="Name">Its name in the model file, and in <see cref="OodStatistic"/> where users can choose it alone.</param>
/// <param name="Fit">Fits it to one member.</param>
/// <param name="Read">
/// Reads it back: from the float values of a model file, the prefix of the member's names and the number of features. Throws
/// <see cref="InvalidDataException"/> where what was stored is missing or damaged.
/// </param>
internal sealed record WitnessKind(string Name, Func<WitnessSource, Witness> Fit, Func<OnnxWeights, string, int, Witness> Read)
{
    /// <summary>Whether it takes part in <see cref="OodStatistic.Combination"/>.</summary>
    public bool InCombination { get; init; } = true;

    /// <summary>Whether it needs the network's last hidden layer.</summary>
    public bool NeedsHidden { get; init; }

    /// <summary>Whether it needs the network's input gradient in the graph.</summary>
    public bool NeedsGradient { get; init; }

    /// <summary>Name of stored values that may be rounded to half precision; null where there are none.</summary>
    public string? Rounded { get; init; }
}

/// <summary>What a witness can be fitted from: one trained member and its rows.</summary>
/// <param name="Rows">The rows the member was trained on.</param>
/// <param name="Standardization">What is done to features before a witness sees them.</param>
/// <param name="Hidden">The member's last hidden layer of chosen rows, on the CPU, [n, h].</param>
/// <param name="Seed">Determines what is drawn at random.</param>
internal sealed record WitnessSource(TrainingRows Rows, Standardization Standardization, Func<int[], torch.Tensor> Hidden, int Seed);

/// <summary>Names of what the graph knows of each row before the witnesses.</summary>
/// <param name="Features">Standardised features as witnesses see them (<see cref="Witness.FeatureLimit"/>), [N, d].</param>
/// <param name="Network">What the member's network left.</param>
/// <param name="Energy">−logsumexp f(x), [N, 1].</param>
internal sealed record WitnessInputs(string Features, NetworkValues Network, string Energy);
