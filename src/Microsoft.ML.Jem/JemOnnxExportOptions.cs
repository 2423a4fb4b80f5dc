using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem;

/// <summary>What <see cref="JemTransformer.ExportToOnnx(Stream, JemOnnxExportOptions)"/> writes.</summary>
public sealed class JemOnnxExportOptions
{
    private const string LicenseKey = "license";

    /// <summary>
    /// Version of the standard ONNX operators, 13 to 21. The default value is 17, which runtimes since mid-2022 understand. The
    /// outputs are the same in all of them.
    /// </summary>
    public int OperatorSet { get; set; } = OnnxGraph.DefaultOpset;

    /// <summary>
    /// Whether the graph standardises its features itself. The default value is <see langword="true"/>: the input takes raw
    /// features. With <see langword="false"/> the caller brings them to the scale of training; the graph still clips them.
    /// </summary>
    public bool IncludeStandardization { get; set; } = true;

    /// <summary>
    /// Whether the file has a fifth output <c>PredictedLabelName</c>, string [N], with the name of the predicted class; it is
    /// empty for a row with a feature that is not finite. The default value is <see langword="false"/>, as some runtimes on small
    /// devices know no text.
    /// </summary>
    public bool IncludeLabelNames { get; set; }

    /// <summary>
    /// Whether the networks' weights are stored as 16-bit floats, which nearly halves the file. The default value is
    /// <see langword="false"/>. Runtimes widen them again as they load it, so that scoring is as fast as before; probabilities
    /// differ in the third or fourth digit after the point.
    /// </summary>
    public bool HalfPrecisionWeights { get; set; }

    /// <summary>
    /// Whether the file keeps what <see cref="JemTransformer.Sample"/> starts from: chains and p0, which no operator reads. The
    /// default value is <see langword="false"/>: the file holds what scoring needs.
    /// </summary>
    public bool IncludeSampler { get; set; }

    /// <summary>What the model is, for people: the file's <c>doc_string</c>. The default value is <see langword="null"/>, for none.</summary>
    public string? Description { get; set; }

    /// <summary>The licence the model may be used under: metadata entry <c>license</c>. The default value is <see langword="null"/>, for none.</summary>
    public string? License { get; set; }

    /// <summary>Further metadata entries, such as the data's version. Keys that begin with <c>jem.</c> belong to the model. Empty by default.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The same for the layer that writes files.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Options are out of range; the message names all of them.</exception>
    internal JemExport ToExport(IReadOnlyDictionary<string, string> columns)
    {
        string[] mistakes = [.. Mistakes()];
        if (mistakes.Length > 0)
            throw new ArgumentOutOfRangeException("options", string.Join(" ", mistakes));
        var metadata = new Dictionary<string, string>(Metadata, StringComparer.Ordinal);
        if (License is not null)
            metadata[LicenseKey] = License;
        return new JemExport(OperatorSet, IncludeStandardization, IncludeLabelNames, HalfPrecisionWeights, IncludeSampler, Description, columns, metadata);
    }

    private IEnumerable<string> Mistakes()
    {
        if (OperatorSet is < OnnxGraph.LowestOpset or > OnnxGraph.HighestOpset)
            yield return $"{nameof(OperatorSet)} must lie between {OnnxGraph.LowestOpset} and {OnnxGraph.HighestOpset}, but is {OperatorSet}.";
        foreach ((string key, string value) in Metadata)
        {
            if (key.Length == 0 || value is null)
                yield return $"{nameof(Metadata)} must have texts as keys and values, but the value of '{key}' is null or its key is empty.";
            if (key.StartsWith("jem.", StringComparison.Ordinal))
                yield return $"{nameof(Metadata)} must not have the key '{key}': keys that begin with 'jem.' belong to the model.";
            if (key == LicenseKey && License is not null)
                yield return $"{nameof(Metadata)} has the key '{LicenseKey}' beside {nameof(License)}: give one of them.";
        }
    }
}
