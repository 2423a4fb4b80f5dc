using Microsoft.ML.Data;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.Model.OnnxConverter;

namespace Microsoft.ML.Jem.MLNet;

/// <summary>Writes a Jem model as one step of the pipeline that ML.NET's <c>ConvertToOnnx</c> writes.</summary>
internal static class OnnxPipelineStep
{
    private static readonly string[] Outputs = [JemNames.PredictedLabel, JemNames.Score, JemNames.Energy, JemNames.OodScore];

    /// <summary>Writes the step; its outputs have the shapes ML.NET gives columns: keys are uint32 [N, 1] from 1, scalars are [N, 1].</summary>
    /// <param name="context">The pipeline's graph under construction.</param>
    /// <param name="model">The model file.</param>
    /// <param name="features">The column the features are read from.</param>
    /// <param name="columns">The columns the model adds, in the order of <see cref="ScoreColumns"/>.</param>
    /// <exception cref="InvalidOperationException">An earlier step could not be converted, or the network uses an operator that is too new.</exception>
    public static void Write(OnnxContext context, byte[] model, DataViewSchema.Column features, DataViewSchema.Column[] columns)
    {
        if (!context.ContainsColumn(features.Name))
        {
            throw new InvalidOperationException(
                $"The Jem model cannot be converted to ONNX with this pipeline: its feature column '{features.Name}' is not in the ONNX graph, because a step that makes it cannot be converted. " +
                "Convert the pipeline from that column on, or write the Jem model alone with JemTransformer.ExportToOnnx.");
        }

        context.CheckOpSetVersion(OpsetConversion.Lowest, JemTransformer.LoaderSignature);
        var writer = new OnnxContextWriter(context);
        writer.Copy(Convert(model), JemNames.Features, Rows(context, writer, features));
        WriteKey(context, writer, columns[ScoreColumns.PredictedLabel]);
        writer.AddNode("Identity", Column(context, columns[ScoreColumns.Score]), writer.Variable(JemNames.Score));
        WriteScalar(writer, JemNames.Energy, Column(context, columns[ScoreColumns.Energy]));
        WriteScalar(writer, JemNames.OodScore, Column(context, columns[ScoreColumns.OodScore]));
    }

    private static GraphProto Convert(byte[] file)
    {
        ModelProto model = JemGraphReader.Open(file);
        OnnxPruning.KeepOutputs(model.Graph, Outputs);
        int opset = (int)model.OpsetImport.Single(set => set.Domain.Length == 0).Version;
        try
        {
            return OpsetConversion.Convert(model.Graph, opset, OpsetConversion.Lowest);
        }
        catch (NotSupportedException exception)
        {
            throw new InvalidOperationException(
                $"The Jem model cannot be converted to ONNX with its pipeline, as ML.NET writes operator sets 9 to 12. {exception.Message} JemTransformer.ExportToOnnx writes the Jem model alone.", exception);
        }
    }

    /// <summary>The features as rows of floats, [N, d]; a column of several dimensions, such as an image, is flattened.</summary>
    private static string Rows(OnnxContext context, OnnxContextWriter writer, DataViewSchema.Column features)
    {
        var type = (VectorDataViewType)features.Type;
        string rows = context.GetVariableName(features.Name);
        if (type.ItemType != NumberDataViewType.Single)
        {
            string floats = writer.NewVariable(JemNames.Features);
            writer.AddNode("Cast", floats, rows).AddAttribute("to", typeof(float));
            rows = floats;
        }

        if (type.Dimensions.Length == 1)
            return rows;
        string flat = writer.NewVariable(JemNames.Features);
        writer.AddNode("Flatten", flat, rows).AddAttribute("axis", 1L);
        return flat;
    }

    /// <summary>Class + 1, and key 0, a missing value, for a row with a feature that is not finite.</summary>
    private static void WriteKey(OnnxContext context, OnnxContextWriter writer, DataViewSchema.Column column)
    {
        string label = writer.NewVariable("Label"), energy = writer.NewVariable("RowEnergy"), isMissing = writer.NewVariable("IsMissing");
        string next = writer.NewVariable("NextLabel"), key = writer.NewVariable("Key");
        WriteScalar(writer, JemNames.PredictedLabel, label);
        WriteScalar(writer, JemNames.Energy, energy);
        writer.AddNode("IsNaN", isMissing, energy);
        writer.AddNode("Add", next, label, context.AddInitializer([1L], [1L], "Jem.FirstKey"));
        writer.AddNode("Where", key, isMissing, context.AddInitializer([0L], [1L], "Jem.MissingKey"), next);
        writer.AddNode("Cast", Column(context, column), key).AddAttribute("to", typeof(uint));
    }

    private static void WriteScalar(OnnxContextWriter writer, string value, string output) =>
        writer.AddNode("Unsqueeze", output, writer.Variable(value)).AddAttribute("axes", [1L]);

    private static string Column(OnnxContext context, DataViewSchema.Column column) => context.AddIntermediateVariable(column.Type, column.Name);
}
