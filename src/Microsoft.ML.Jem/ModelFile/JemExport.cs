using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>Makes the file that is handed to others from the model as it is kept here.</summary>
/// <param name="Opset">Version of the standard operators, 13 to 21.</param>
/// <param name="Standardize">Whether the graph standardises its features itself.</param>
/// <param name="LabelNames">Whether there is an output with the name of the predicted class.</param>
/// <param name="HalfPrecision">Whether the weights are stored in half precision.</param>
/// <param name="Sampler">Whether the file keeps what samples are drawn from.</param>
/// <param name="Description">What the model is, for people; null for none.</param>
/// <param name="Columns">The names that the columns have in the pipeline, by their names in the graph.</param>
/// <param name="Metadata">Further entries of the file's metadata.</param>
internal sealed record JemExport(
    int Opset,
    bool Standardize,
    bool LabelNames,
    bool HalfPrecision,
    bool Sampler,
    string? Description,
    IReadOnlyDictionary<string, string> Columns,
    IReadOnlyDictionary<string, string> Metadata)
{
    private static readonly Dictionary<string, string> Documentation = new(StringComparer.Ordinal)
    {
        [JemNames.PredictedLabel] = "Zero-based index of the most probable class.",
        [JemNames.PredictedLabelName] = "Name of the most probable class; empty for a row with a feature that is not finite.",
        [JemNames.Score] = "Calibrated probability of each class; NaN for a row with a feature that is not finite.",
        [JemNames.Energy] = "Minus logsumexp of the logits: the higher, the less like the training data.",
        [JemNames.OodScore] = "1 minus the conformal p-value: above 1 - a lie at most a share a of rows like the training rows.",
    };

    /// <summary>The bytes of the file.</summary>
    /// <param name="file">A calibrated model file of ours.</param>
    /// <exception cref="InvalidDataException">The bytes are no such file.</exception>
    /// <exception cref="NotSupportedException">The network uses an operator that is not known in that operator set.</exception>
    public byte[] Write(ReadOnlySpan<byte> file)
    {
        ModelProto model = JemGraphReader.Open(file);
        string[] classNames = JemMetadata.Names(JemMetadata.ToDictionary(model.MetadataProps), JemMetadata.ClassNames);
        TensorProto[] sampler = OnnxPruning.RemoveUnread(model.Graph);
        OpsetConversion.Convert(model, Opset);

        if (!Standardize)
            StandardizationNodes.Remove(model.Graph);
        if (LabelNames)
            LabelNameNodes.Add(model.Graph, classNames);
        if (HalfPrecision)
            Onnx.HalfPrecision.Apply(model.Graph, Witnesses.CanRound);
        if (Sampler)
            model.Graph.Initializer.Add(sampler);
        else
            JemMetadata.Remove(model.MetadataProps, JemMetadata.Sampler);
        Document(model);
        return JemChecksum.Seal(model);
    }

    private void Document(ModelProto model)
    {
        if (Description is not null)
            model.DocString = Description;
        foreach (ValueInfoProto output in model.Graph.Output)
            output.DocString = Documentation[output.Name];
        model.Graph.Input.Single().DocString = Standardize ? "Raw features." : "Standardised features.";
        JemMetadata.SetColumns(model.MetadataProps, Columns);
        foreach ((string key, string value) in Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            JemMetadata.Set(model.MetadataProps, key, value);
    }
}
