using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;

namespace Microsoft.ML.Jem.ModelFile;

/// <summary>Brings a file that <see cref="JemExport"/> made back to the form models are kept in: one operator set, float weights, four outputs.</summary>
internal static class JemImport
{
    private static readonly string[] Outputs = [JemNames.PredictedLabel, JemNames.Score, JemNames.Energy, JemNames.OodScore];

    /// <summary>The bytes of the model as it is kept here.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such file, were cut off or altered, come from a newer version, or are not calibrated.</exception>
    /// <exception cref="NotSupportedException">The network uses an operator that is not known in the operator set models are kept in.</exception>
    public static byte[] Read(ReadOnlySpan<byte> file)
    {
        ModelProto model = JemGraphReader.Open(file);
        if (!JemGraphReader.ReadSettings(model, new OnnxWeights(model.Graph)).IsCalibrated)
            throw new InvalidDataException("The model is not calibrated: it has no OodScore. Use a file that JemTransformer.ExportToOnnx wrote.");

        TensorProto[] sampler = OnnxPruning.RemoveUnread(model.Graph);
        HalfPrecision.Undo(model.Graph);
        OnnxPruning.KeepOutputs(model.Graph, Outputs);
        OpsetConversion.Convert(model, OnnxGraph.DefaultOpset);
        model.Graph.Initializer.Add(sampler);
        return JemChecksum.Seal(model);
    }
}
