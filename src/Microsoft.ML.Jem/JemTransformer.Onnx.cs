using Microsoft.ML.Jem.MLNet;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Jem;

public sealed partial class JemTransformer
{
    private const string LabelColumn = "Label";

    /// <summary>The columns by their names in the graph, as they are stored in an exported file.</summary>
    private Dictionary<string, string> Columns => new()
    {
        [JemNames.Features] = FeatureColumnName,
        [LabelColumn] = _trainLabel.Name,
        [JemNames.PredictedLabel] = _names.PredictedLabel,
        [JemNames.Score] = _names.Score,
        [JemNames.Energy] = _names.Energy,
        [JemNames.OodScore] = _names.OodScore,
    };

    /// <summary>Writes the model as an ONNX file: input <c>Features</c>, the four columns as outputs.</summary>
    /// <param name="stream">Where the file goes; it is left open.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <seealso cref="ExportToOnnx(Stream, JemOnnxExportOptions)"/>
    public void ExportToOnnx(Stream stream) => ExportToOnnx(stream, new JemOnnxExportOptions());

    /// <summary>
    /// Writes the model as an ONNX file. Input: <c>Features</c>, float [N, d]. Outputs: <c>PredictedLabel</c>, int64 [N], the
    /// zero-based class; <c>Score</c>, float [N, K]; <c>Energy</c> and <c>OodScore</c>, float [N]; where asked for,
    /// <c>PredictedLabelName</c>, string [N]. N is free.
    /// </summary>
    /// <remarks>
    /// Metadata: <c>jem.class_names</c>, <c>jem.feature_names</c>, <c>jem.temperature</c>, <c>jem.calibration_rows</c> and what
    /// <see cref="FromOnnx"/> needs; the producer and its version are where ONNX has them.
    /// </remarks>
    /// <param name="stream">Where the file goes; it is left open.</param>
    /// <param name="options">What is written.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> or <paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Options are out of range; the message names all of them.</exception>
    /// <exception cref="NotSupportedException">A network of your own uses an operator that is not known in the operator set asked for.</exception>
    public void ExportToOnnx(Stream stream, JemOnnxExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        stream.Write(options.ToExport(Columns).Write(Model.Graph));
    }

    /// <summary>Reads a model that <see cref="ExportToOnnx(Stream, JemOnnxExportOptions)"/> wrote.</summary>
    /// <remarks>
    /// Columns have the names they had when the model was exported. Keys of <c>PredictedLabel</c> have the class names as text,
    /// whatever type the labels were of in training.
    /// </remarks>
    /// <param name="mlContext">Decides on the device, as in training.</param>
    /// <param name="stream">The file, read from its current position to its end; it is left open.</param>
    /// <returns>The model, ready to score; dispose it to free the native session.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="mlContext"/> or <paramref name="stream"/> is null.</exception>
    /// <exception cref="InvalidDataException">The bytes are no such file, were cut off or altered, or come from a newer version.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime is missing, or the device is not available.</exception>
    public static JemTransformer FromOnnx(MLContext mlContext, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        ArgumentNullException.ThrowIfNull(stream);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        var model = new JemModelParameters(JemImport.Read(memory.ToArray()), new Lazy<IReadOnlyList<TrainingProgress>>([]));
        JemModelSettings settings = model.Settings;

        string Name(string value)
        {
            if (settings.Columns is not { } columns)
                return value;
            return columns.GetValueOrDefault(value) is { Length: > 0 } name
                ? name
                : throw new InvalidDataException($"The model is damaged: its metadata does not name the column '{value}'.");
        }

        var names = new ScoreColumnNames(Name(JemNames.PredictedLabel), Name(JemNames.Score), Name(JemNames.Energy), Name(JemNames.OodScore));
        string features = Name(JemNames.Features), label = Name(LabelColumn);
        IHost host = ((IHostEnvironment)mlContext).Register(nameof(JemTransformer));
        DataViewSchema schema = TrainSchema.Create(features, settings.Width, settings.FeatureNames, label, settings.ClassNames);
        return new JemTransformer(host, model, names, schema, features, label);
    }
}
