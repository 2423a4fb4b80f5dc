using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.MLNet;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem;

/// <summary>
/// A trained Jem model: adds <c>PredictedLabel</c>, <c>Score</c>, <c>Energy</c> and <c>OodScore</c> to rows, computed by one
/// ONNX graph in ONNX Runtime. Scoring needs no TorchSharp.
/// </summary>
/// <remarks>Thread-safe: any number of threads may score with one transformer. Dispose it to free the native session.</remarks>
public sealed partial class JemTransformer : ISingleFeaturePredictionTransformer<JemModelParameters>, ISingleFeaturePredictionTransformer, IDisposable
{
    private readonly IHost _host;
    private readonly ScoreColumnNames _names;
    private readonly DataViewSchema.Column _trainLabel;
    private readonly DataViewSchema _trainSchema;
    private readonly OnnxScorer _scorer;
    private bool _disposed;

    internal JemTransformer(
        IHost host, JemModelParameters model, ScoreColumnNames names, DataViewSchema trainSchema, string featureColumn, string labelColumn)
        : this(host, model, host.CreateScorer(model.Graph), names, trainSchema, featureColumn, labelColumn)
    {
    }

    private JemTransformer(
        IHost host, JemModelParameters model, OnnxScorer scorer, ScoreColumnNames names, DataViewSchema trainSchema, string featureColumn,
        string labelColumn)
    {
        _host = host;
        Model = model;
        FeatureColumnName = featureColumn;
        FeatureColumnType = trainSchema[featureColumn].Type;
        _names = names;
        _trainSchema = trainSchema;
        _trainLabel = trainSchema[labelColumn];
        _scorer = scorer;
        Image = ImageMetadata.Read(scorer.Metadata);
    }

    /// <summary>What the model has learned.</summary>
    public JemModelParameters Model { get; }

    /// <summary>Name of the column the features are read from.</summary>
    public string FeatureColumnName { get; }

    /// <summary>Type of the feature column: a vector of <see cref="float"/> of the training data's size.</summary>
    public DataViewType FeatureColumnType { get; }

    /// <inheritdoc/>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The shape of the images the model takes; null where its features are no images.</summary>
    internal ImageShape? Image { get; }

    internal OnnxScorer Scorer
    {
        get
        {
            DisposedModel.ThrowIf(_disposed);
            return _scorer;
        }
    }

    /// <summary>The schema of <paramref name="inputSchema"/> with the model's columns added.</summary>
    /// <param name="inputSchema">A schema with the feature column.</param>
    /// <returns>The schema that <see cref="Transform"/> delivers.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or of another type or size.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return Transform(new EmptyDataView(_host, inputSchema)).Schema;
    }

    /// <summary>Adds the model's columns to <paramref name="input"/>; nothing is computed until they are read.</summary>
    /// <param name="input">Rows with the feature column; a label is not needed.</param>
    /// <returns>The rows with <c>PredictedLabel</c>, <c>Score</c>, <c>Energy</c> and <c>OodScore</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or of another type or size.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        DisposedModel.ThrowIf(_disposed);
        _host.CheckValue(input, nameof(input));
        return new ScoringView(_host, this, input);
    }

    /// <summary>
    /// The same model with another temperature: 1 gives the probabilities as the network was trained, to compare with the
    /// calibrated ones. <c>Energy</c> and <c>OodScore</c> stay as they are, and so does <c>PredictedLabel</c>, but for rows whose classes are
    /// nearly as probable and between which the members of an ensemble disagree.
    /// </summary>
    /// <param name="temperature">By what the logits are divided before the softmax; positive and finite.</param>
    /// <returns>A new model, to be disposed on its own.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not positive and finite.</exception>
    public JemTransformer WithTemperature(double temperature)
    {
        float single = (float)temperature;
        if (!(single > 0 && float.IsFinite(single)))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "A temperature is a positive, finite number.");
        var model = new JemModelParameters(JemGraph.WithTemperature(Model.Graph, single), Model.History) { OwnNetwork = _ownNetwork ?? Model.OwnNetwork };
        return new JemTransformer(_host, model, _names, _trainSchema, FeatureColumnName, _trainLabel.Name);
    }

    /// <summary>Frees the native session. Views made by <see cref="Transform"/> can no longer be read.</summary>
    /// <remarks>
    /// A <see cref="PredictionEngine{TSrc, TDst}"/> disposes its model with itself, unless it was made with
    /// <c>PredictionEngineOptions.OwnsTransformer = false</c>. Engines that share a model need that option.
    /// </remarks>
    public void Dispose()
    {
        lock (_samplerLock)
        {
            _disposed = true;
            _sampler?.Dispose();
        }

        _scorer.Dispose();
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        DisposedModel.ThrowIf(_disposed);
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return new ScoringView(_host, this, new EmptyDataView(_host, inputSchema));
    }

    internal DataViewSchema.Column CheckFeatures(DataViewSchema schema)
    {
        if (schema.GetColumnOrNull(FeatureColumnName) is not { } column)
            throw _host.ExceptSchemaMismatch(nameof(schema), "feature", FeatureColumnName);
        if (Image is { } image && FeatureColumns.CanHoldImages(column.Type))
            FeatureColumns.Resolve(_host, image, column);
        else if (!FeatureColumnType.SameSizeAndItemType(column.Type))
            throw _host.ExceptSchemaMismatch(nameof(schema), "feature", FeatureColumnName, FeatureColumnType.ToString()!, column.Type.ToString()!);
        return column;
    }

    internal DataViewSchema.DetachedColumn[] CreateColumns(DataViewSchema input) =>
        ScoreColumns.Create(_names, _scorer.ClassCount, _trainLabel, input);
}
