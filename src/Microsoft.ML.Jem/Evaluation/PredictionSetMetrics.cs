namespace Microsoft.ML.Jem.Evaluation;

/// <summary>
/// Sets of classes that hold the true class at a promised rate, calibrated on some rows and measured on others (split-conformal
/// prediction sets).
/// </summary>
/// <remarks>
/// A class is in a row's set where 1 − its probability is at most <paramref name="Quantile"/>. For rows like those of calibration
/// the true class is in the set with a probability of at least <paramref name="Level"/>, in the mean over calibration sets and
/// whatever the model. Sadinle, Lei, Wasserman: Least ambiguous set-valued classifiers with bounded error levels (2019).
/// </remarks>
/// <param name="Level">The share of rows promised to be covered, between 0 and 1.</param>
/// <param name="CalibrationRowCount">Number of rows that the sets were calibrated on.</param>
/// <param name="Quantile">1 − the lowest probability a class in a set may have; positive infinity, and every set full, where there were too few rows for the level.</param>
/// <param name="RowCount">Number of rows evaluated.</param>
/// <param name="SkippedRowCount">Number of rows, of both kinds, left out because their label is missing or a probability is not a number.</param>
/// <param name="Coverage">The share of rows whose set holds the true class.</param>
/// <param name="MeanSetSize">Number of classes a set, in the mean; the smaller, the more the sets say.</param>
/// <param name="SetSizes">How many rows have a set of 0, 1, 2 … classes, up to all classes.</param>
public sealed record PredictionSetMetrics(
    double Level,
    long CalibrationRowCount,
    double Quantile,
    long RowCount,
    long SkippedRowCount,
    double Coverage,
    double MeanSetSize,
    IReadOnlyList<long> SetSizes)
{
    /// <summary>The set of a row: zero-based classes in ascending order; possibly none, where the row fits none.</summary>
    /// <param name="probabilities">The row's probabilities, one a class.</param>
    public IReadOnlyList<int> SetOf(ReadOnlySpan<float> probabilities) => PredictionSets.Set(probabilities, Quantile);
}
