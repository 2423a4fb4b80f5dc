using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem;
using Microsoft.ML.Jem.MLNet;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Jem.Training;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(JemTransformer), null, typeof(SignatureLoadModel), "Jem model", JemTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IDataTransform), typeof(JemTransformer), null, typeof(SignatureLoadDataTransform),
    "Jem model", JemTransformer.LoaderSignature)]

namespace Microsoft.ML.Jem;

public sealed partial class JemTransformer
{
    internal const string LoaderSignature = "JemTransformer";
    private const string GraphStream = "model.onnx";
    private const string SchemaStream = "TrainSchema";

    /// <summary>Room for the names of many millions of classes.</summary>
    private const int MostSchemaBytes = 1 << 28;
    private const string HistoryStream = "TrainingHistory";

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        _host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(GetVersionInfo());

        // *** Binary format ***
        // id of string: feature column
        // id of string: label column
        // ids of strings: predicted label, score, energy and OOD score column
        // stream "TrainSchema": an empty data view with the training data's feature and label column, then a SHA-256 of it and the names
        // stream "model.onnx": the model
        // stream "TrainingHistory": how it was trained, JSON
        ctx.SaveNonEmptyString(FeatureColumnName);
        ctx.SaveNonEmptyString(_trainLabel.Name);
        ctx.SaveNonEmptyString(_names.PredictedLabel);
        ctx.SaveNonEmptyString(_names.Score);
        ctx.SaveNonEmptyString(_names.Energy);
        ctx.SaveNonEmptyString(_names.OodScore);
        ctx.SaveBinaryStream(SchemaStream, writer => StoredSchema.Save(_host, _trainSchema, [FeatureColumnName, _trainLabel.Name], _names, writer.BaseStream));
        ctx.SaveBinaryStream(GraphStream, writer => writer.Write(Model.Graph));
        ctx.SaveBinaryStream(HistoryStream, writer => writer.Write(StoredHistory.Save(Model.TrainingHistory)));
    }

    internal static JemTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Contracts.CheckValue(env, nameof(env));
        IHost host = env.Register(nameof(JemTransformer));
        host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(GetVersionInfo());
        StoredArchive.Check(host, ctx);

        string feature = ctx.LoadNonEmptyString();
        string label = ctx.LoadNonEmptyString();
        var names = new ScoreColumnNames(
            ctx.LoadNonEmptyString(), ctx.LoadNonEmptyString(), ctx.LoadNonEmptyString(), ctx.LoadNonEmptyString());
        DataViewSchema schema = StoredSchema.Load(host, StoredStream.Read(host, ctx, SchemaStream, MostSchemaBytes), [feature, label], names);
        byte[] graph = StoredStream.Read(host, ctx, GraphStream);
        byte[] history = StoredStream.Read(host, ctx, HistoryStream);
        JemChecksum.Verify(graph);
        var model = new JemModelParameters(graph, new Lazy<IReadOnlyList<TrainingProgress>>(() => StoredHistory.Load(host, history)));

        OnnxScorer scorer = host.CreateScorer(graph);
        try
        {
            JemGraphReader.CheckVersion(scorer.Metadata.GetValueOrDefault(JemMetadata.FormatVersion));
            if (schema.GetColumnOrNull(feature)?.Type is not VectorDataViewType vector || vector.Size != scorer.Width)
                throw host.ExceptDecode($"The model file is damaged: its feature column '{feature}' does not fit its graph, which takes {scorer.Width} features.");
            if (schema.GetColumnOrNull(label)?.Type.GetKeyCount() != (ulong)scorer.ClassCount)
                throw host.ExceptDecode($"The model file is damaged: its label column '{label}' does not fit its graph, which knows {scorer.ClassCount} classes.");
            return new JemTransformer(host, model, scorer, names, schema, feature, label);
        }
        catch
        {
            scorer.Dispose();
            throw;
        }
    }

    internal static IDataTransform Create(IHostEnvironment env, ModelLoadContext ctx, IDataView input) =>
        (IDataTransform)Create(env, ctx).Transform(input);

    private static VersionInfo GetVersionInfo() => new(
        modelSignature: "JEMCLASS",
        verWrittenCur: 0x00010001, // Initial
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(JemTransformer).Assembly.FullName);
}
