namespace Microsoft.ML.Jem.Evaluation;

/// <summary>How often the sets of the rows of one class hold that class.</summary>
/// <param name="RowCount">Number of rows evaluated whose true class it is.</param>
/// <param name="Coverage">The share of them whose set holds it; NaN where there is none.</param>
public sealed record ClassCoverage(long RowCount, double Coverage);

/// <summary>
/// Sets of classes that hold the true class at a promised rate, calibrated on some rows and measured on others (split-conformal
/// prediction sets).
/// </summary>
/// <remarks>
/// A class is in a row's set where 1 − its probability is at most <see cref="Quantile"/>. For rows like those of calibration
/// the true class is in the set with a probability of at least <see cref="Level"/>, in the mean over calibration sets and
/// whatever the model. Sadinle, Lei, Wasserman: Least ambiguous set-valued classifiers with bounded error levels (2019).
/// </remarks>
public sealed class PredictionSetMetrics
{
    /// <summary>The share of rows promised to be covered, between 0 and 1.</summary>
    public double Level { get; init; }

    /// <summary>Number of rows that the sets were calibrated on.</summary>
    public long CalibrationRowCount { get; init; }

    /// <summary>1 − the lowest probability a class in a set may have; positive infinity, and every set full, where there were too few rows for the level.</summary>
    public double Quantile { get; init; }

    /// <summary>Number of rows evaluated.</summary>
    public long RowCount { get; init; }

    /// <summary>Number of rows, of both kinds, left out because their label is missing or a probability is not a number.</summary>
    public long SkippedRowCount { get; init; }

    /// <summary>The share of rows whose set holds the true class.</summary>
    public double Coverage { get; init; }

    /// <summary>
    /// Coverage per class, in the order of the probabilities. The promise is for all rows together: a class that is rare or hard may be
    /// covered less often than <see cref="Level"/>.
    /// </summary>
    public IReadOnlyList<ClassCoverage> CoverageByClass { get; init; } = [];

    /// <summary>Mean number of classes per set; the smaller, the more the sets say.</summary>
    public double MeanSetSize { get; init; }

    /// <summary>How many rows have a set of 0, 1, 2 … classes, up to all classes.</summary>
    public IReadOnlyList<long> SetSizes { get; init; } = [];

    /// <summary>The set of a row: zero-based classes in ascending order; possibly none, where the row fits none.</summary>
    /// <param name="probabilities">The row's probabilities, one per class.</param>
    public IReadOnlyList<int> SetOf(ReadOnlySpan<float> probabilities) => PredictionSets.Set(probabilities, Quantile);
}
