using Microsoft.ML.Data;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.MLNet;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Training;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Microsoft.ML.Jem;

/// <summary>
/// Trains a joint energy model: a classifier whose logits f(x) also model the data, p(y|x) = softmax f(x) and
/// log p(x) = logsumexp<sub>y</sub> f(x)[y] + const.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Input and Output Columns
/// The label column must be a [key](xref:Microsoft.ML.Data.KeyDataViewType) and the feature column a known-size vector of
/// <xref:System.Single>. A network for images also reads a vector of <xref:System.Byte> and a column of images
/// (<xref:Microsoft.ML.Data.MLImage>). The trained model adds:
///
/// | Column | Type | Meaning |
/// | -- | -- | -- |
/// | `PredictedLabel` | key | The most probable class. |
/// | `Score` | vector of <xref:System.Single> | Calibrated probability of each class; they sum to 1. |
/// | `Energy` | <xref:System.Single> | −logsumexp f(x), the mean over the members; higher means less like the training data. |
/// | `OodScore` | <xref:System.Single> in [0, 1) | 1 − conformal p-value: high where few held-out rows were as strange. What it guarantees is stated in docs/calibration-and-oodscore.md. |
///
/// ### Trainer Characteristics
/// | Question | Answer |
/// | -- | -- |
/// | Machine learning task | Multiclass classification, out-of-distribution detection |
/// | Is normalization required? | No, the model standardises its features itself |
/// | Is caching required? | No, the rows are read once |
/// | Required NuGet in addition to Microsoft.ML | To train: TorchSharp-cpu, TorchSharp-cuda-windows or TorchSharp-cuda-linux. To score: Microsoft.ML.OnnxRuntime |
/// | Exportable to ONNX | Yes |
///
/// Source: Grathwohl, Wang, Jacobsen, Duvenaud, Norouzi, Swersky, "Your classifier is secretly an energy based model and you
/// should treat it like one", ICLR 2020.
/// ]]></format>
/// </remarks>
public sealed partial class JemTrainer : TrainerEstimatorBase<JemTransformer, JemModelParameters>, ITrainerEstimator<JemTransformer, JemModelParameters>
{
    private readonly Options _options;

    internal JemTrainer(IHostEnvironment environment, Options options)
        : base(
            Contracts.CheckRef(environment, nameof(environment)).Register(nameof(JemTrainer)),
            TrainerUtils.MakeR4VecFeature(NotNull(options.FeatureColumnName, nameof(Options.FeatureColumnName))),
            TrainerUtils.MakeU4ScalarColumn(NotNull(options.LabelColumnName, nameof(Options.LabelColumnName))),
            TrainerUtils.MakeR4ScalarWeightColumn(options.ExampleWeightColumnName))
    {
        options.Validate();
        _options = options;
    }

    /// <summary>What the trainer asks of its data: no normalisation, no caching, an optional validation set.</summary>
    public override TrainerInfo Info { get; } = new(normalization: false, caching: false, supportValid: true);

    /// <inheritdoc/>
    protected override PredictionKind PredictionKind => PredictionKind.MulticlassClassification;

    /// <summary>Trains on a data set, a part of which is held out for calibration.</summary>
    /// <param name="input">Rows to train on.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InvalidOperationException">The data cannot be trained on; the message says why.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public new JemTransformer Fit(IDataView input)
    {
        Host.CheckValue(input, nameof(input));
        return Train(input, null);
    }

    /// <summary>Trains on one data set and calibrates on another.</summary>
    /// <param name="trainData">Rows to train on; all of them.</param>
    /// <param name="validationData">
    /// Rows for early stopping, temperature and the conformal table, in place of a held-out share of the training rows.
    /// </param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InvalidOperationException">The data cannot be trained on; the message says why.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public JemTransformer Fit(IDataView trainData, IDataView validationData)
    {
        Host.CheckValue(trainData, nameof(trainData));
        Host.CheckValue(validationData, nameof(validationData));
        return Train(trainData, validationData);
    }

    /// <summary>The schema the trained model delivers, and whether it can be trained at all.</summary>
    /// <param name="inputSchema">The schema of the training data.</param>
    /// <returns>That schema with the model's columns added.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public new SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        if (_options.Network.Image is null
            || !inputSchema.TryFindColumn(FeatureColumn.Name, out SchemaShape.Column features) || !FeatureColumns.IsPixels(features.ItemType))
            return base.GetOutputSchema(inputSchema);

        // ML.NET's trainers know vectors of floats alone: show it one, and give the pixels their column back.
        var asFloats = new SchemaShape.Column(features.Name, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, features.Annotations);
        SchemaShape output = base.GetOutputSchema(new SchemaShape(inputSchema.Select(column => column.Name == features.Name ? asFloats : column)));
        return new SchemaShape(output.Select(column => column.Name == features.Name ? features : column));
    }

    /// <inheritdoc/>
    protected override SchemaShape.Column[] GetOutputColumnsCore(SchemaShape inputSchema)
    {
        Host.Check(inputSchema.TryFindColumn(LabelColumn.Name, out SchemaShape.Column label));
        return ScoreColumns.Promise(_options.ScoreColumnNames, label);
    }

    /// <inheritdoc/>
    protected override JemModelParameters TrainModelCore(TrainContext trainContext)
    {
        using IChannel channel = Host.Start("Training");
        JemNetwork network = FeatureColumns.Fit(Host, _options.Network, trainContext.TrainingSet.Schema.Feature!.Value);
        TrainingRows rows = TrainingRowReader.Read(Host, channel, trainContext.TrainingSet, network.Image);
        TrainingRows? validation = trainContext.ValidationSet is null
            ? null
            : TrainingRowReader.Read(Host, channel, trainContext.ValidationSet, network.Image);

        using var progress = new TrainingProgressReporter(Host, channel, _options.Progress);
        using var cancellation = new HostCancellation(Host, _options.CancellationToken);
        var fitting = new ModelFitting(_options.With(options => options.Network = network), _options.Seed ?? Host.Rand.Next(), Host.SelectDevice())
        {
            Log = message => channel.Info(message),
            Warn = message => channel.Warning(message),
            Progress = progress,
            Cancellation = cancellation.Token,
        };
        RoleMappedSchema schema = trainContext.TrainingSet.Schema;
        FittedModel fitted = fitting.Fit(rows, validation, ColumnLabels.OfClasses(schema.Label!.Value), ColumnLabels.OfFeatures(schema.Feature!.Value));
        return new JemModelParameters(fitted.Graph, new Lazy<IReadOnlyList<TrainingProgress>>(fitted.History)) { OwnNetwork = network.Settings is null ? network : null };
    }

    /// <inheritdoc/>
    protected override JemTransformer MakeTransformer(JemModelParameters model, DataViewSchema trainSchema) =>
        new(Host, model, _options.ScoreColumnNames, FeatureColumns.Describe(trainSchema, FeatureColumn.Name, LabelColumn.Name, model.Image), FeatureColumn.Name, LabelColumn.Name);

    private JemTransformer Train(IDataView train, IDataView? validation)
    {
        GetOutputSchema(SchemaShape.Create(train.Schema));
        if (validation is not null)
            GetOutputSchema(SchemaShape.Create(validation.Schema));
        var context = new TrainContext(MakeRoles(train), validation is null ? null : MakeRoles(validation));
        return MakeTransformer(TrainModelCore(context), train.Schema);
    }

    private static string NotNull(string name, string option) =>
        string.IsNullOrEmpty(name)
            ? throw new ArgumentException($"{option} must name a column, but it is null or empty.", option)
            : name;
}
