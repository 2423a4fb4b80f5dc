using Microsoft.ML.Data;
using Microsoft.ML.Jem;
using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.MLNet;
using Microsoft.ML.Jem.Robustness;
using Microsoft.ML.Runtime;
using TorchSharp;

// In ML.NET's own namespace, so that "using Microsoft.ML;" is all a user needs.
namespace Microsoft.ML;

/// <summary>Measures how a Jem model fares against an adversary.</summary>
public static class JemRobustnessCatalog
{
    /// <summary>
    /// Measures accuracy while an adversary, who knows the model, moves rows by projected gradient descent. A measurement, not a promise: a
    /// stronger attack may find more.
    /// </summary>
    /// <remarks>
    /// Needs TorchSharp with libtorch (package TorchSharp-cpu or -cuda) for the gradients, as training does. The attack runs on the model's own
    /// graph, in double precision, on the device that <see cref="MLContext.GpuDeviceId"/> chooses.
    /// </remarks>
    /// <param name="catalog">The multiclass classification catalog.</param>
    /// <param name="model">The model to attack (<see cref="JemTransformerExtensions.GetJemTransformer"/>).</param>
    /// <param name="data">
    /// Rows with the label and the model's feature column. Rows without a label, or with a feature that is not finite, are skipped and counted.
    /// </param>
    /// <param name="options">How hard the adversary tries; null for the defaults.</param>
    /// <param name="labelColumnName">Name of the label column: a key in the order of the model's classes, or the text, number or Boolean it was made of.</param>
    /// <returns>Accuracy without an attack and at each ε.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or an option is out of range.</exception>
    /// <exception cref="InvalidOperationException">No row could be attacked.</exception>
    /// <exception cref="NotSupportedException">The network uses an ONNX operator whose gradient is not known here; the message names it.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public static RobustnessMetrics EvaluateRobustness(
        this MulticlassClassificationCatalog catalog,
        JemTransformer model,
        IDataView data,
        RobustnessOptions? options = null,
        string labelColumnName = DefaultColumnNames.Label)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        options ??= new RobustnessOptions();
        options.Validate();

        IHost host = CatalogUtils.GetEnvironment(catalog).Register(nameof(EvaluateRobustness));
        (FeatureMatrix rows, int[] labels, long skipped) = Read(model, data, labelColumnName, options.MaximumRows ?? int.MaxValue);
        if (rows.RowCount == 0)
            throw host.Except($"There is no row to attack: {skipped} rows were skipped because their label is missing or a feature is not a finite number.");

        torch.Device device = host.SelectDevice();
        using var cancellation = new HostCancellation(host, options.CancellationToken);
        using var graph = new TorchGraph(model.Model.Graph, device);
        using var scale = new FeatureScale(model.Model.Settings.Standardization, device);
        var attacked = new AttackedModel(graph, scale, options.RefinementSteps, options.RefinementStepSize);
        return new RobustnessEvaluation(attacked, scale, options, device).Run(rows, labels, skipped, cancellation.Token);
    }

    private static (FeatureMatrix Rows, int[] Labels, long Skipped) Read(JemTransformer model, IDataView data, string labelName, int most)
    {
        DataViewSchema.Column features = model.CheckFeatures(data.Schema);
        DataViewSchema.Column label = ScoredLabel.Find(data.Schema, labelName);
        var matrix = new FeatureMatrixBuilder(model.Model.NumberOfFeatures);
        var labels = new List<int>();
        long skipped = 0;
        using DataViewRowCursor cursor = data.GetRowCursor([features, label]);
        var featureGetter = FeatureGetter.Create(cursor, features, model.Model.NumberOfFeatures, model.Model.Image, data);
        Func<int> labelGetter = ScoredLabel.CreateGetter(cursor, label, model.Model.ClassNames);
        while (labels.Count < most && cursor.MoveNext())
        {
            Span<float> row = matrix.NextRow();
            featureGetter.Read(row);
            int k = labelGetter();
            if (k < 0 || k >= model.Model.NumberOfClasses || row.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            {
                skipped++;
                continue;
            }

            matrix.Commit();
            labels.Add(k);
        }

        return (matrix.ToMatrix(), [.. labels], skipped);
    }
}
