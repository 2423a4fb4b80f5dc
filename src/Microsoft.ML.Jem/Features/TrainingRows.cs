namespace Microsoft.ML.Jem.Features;

/// <summary>The rows a model is trained or calibrated on.</summary>
/// <param name="Features">One row of features each.</param>
/// <param name="Labels">The zero-based class of each row, or <see cref="Unlabelled"/>.</param>
/// <param name="Weights">The example weight of each row; null where every row weighs 1.</param>
/// <param name="ClassCount">Number of classes the label column knows, whether or not each has rows.</param>
internal sealed record TrainingRows(FeatureMatrix Features, int[] Labels, float[]? Weights, int ClassCount)
{
    /// <summary>The label of a row that trains p(x) only.</summary>
    public const int Unlabelled = -1;

    /// <summary>Number of rows.</summary>
    public int Count => Features.RowCount;

    /// <summary>The chosen rows, in the order given; features are shared, not copied.</summary>
    public TrainingRows Subset(int[] rows) => new(
        new SubsetFeatureMatrix(Features, rows),
        Array.ConvertAll(rows, row => Labels[row]),
        Weights is null ? null : Array.ConvertAll(rows, row => Weights[row]),
        ClassCount);
}
