using Microsoft.ML.Data;
using Microsoft.ML.Jem;

// In ML.NET's own namespace, so that "using Microsoft.ML;" is all a user needs.
namespace Microsoft.ML;

/// <summary>Adds Jem to <see cref="MulticlassClassificationCatalog.MulticlassClassificationTrainers"/>.</summary>
public static class JemCatalog
{
    /// <summary>
    /// Creates a <see cref="JemTrainer"/>: a multiclass classifier with calibrated probabilities that also says how unlike its
    /// training data a row is.
    /// </summary>
    /// <param name="catalog">The multiclass classification trainers.</param>
    /// <param name="labelColumnName">
    /// Name of the label column, a key (<c>MapValueToKey</c>). A missing label marks an unlabelled row, which trains p(x) only.
    /// </param>
    /// <param name="featureColumnName">Name of the feature column, a known-size vector of <see cref="float"/>, dense or sparse.</param>
    /// <param name="exampleWeightColumnName">Name of a <see cref="float"/> column of example weights, or null for none.</param>
    /// <param name="numberOfEpochs">Passes over the training rows; null (the default) lets the number of rows decide.</param>
    /// <param name="seed">Seed of this training; null (the default) derives it from the seed of the <see cref="MLContext"/>.</param>
    /// <returns>The trainer.</returns>
    /// <exception cref="ArgumentNullException">A required name is null.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    ///     .Append(mlContext.MulticlassClassification.Trainers.Jem());
    /// var model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public static JemTrainer Jem(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = DefaultColumnNames.Label,
        string featureColumnName = DefaultColumnNames.Features,
        string? exampleWeightColumnName = null,
        int? numberOfEpochs = null,
        int? seed = null) =>
        catalog.Jem(new JemTrainer.Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            NumberOfEpochs = numberOfEpochs,
            Seed = seed,
        });

    /// <summary>Creates a <see cref="JemTrainer"/> with every setting in hand.</summary>
    /// <param name="catalog">The multiclass classification trainers.</param>
    /// <param name="options">The settings; each has a default, and nobody has to touch one.</param>
    /// <returns>The trainer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Settings are out of range; the message names all of them.</exception>
    public static JemTrainer Jem(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, JemTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new JemTrainer(CatalogUtils.GetEnvironment(catalog), options);
    }
}
