namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Collects scored rows, first those of calibration, and computes <see cref="PredictionSetMetrics"/>.</summary>
internal sealed class PredictionSetAccumulator
{
    private readonly double _level;
    private readonly List<double> _nonconformity = [];
    private double? _quantile;
    private long[] _sizes = [];
    private long[] _rows = [];
    private long[] _covered = [];
    private long _skipped;

    /// <exception cref="ArgumentOutOfRangeException">The level does not lie between 0 and 1.</exception>
    public PredictionSetAccumulator(double level)
    {
        if (!(level > 0 && level < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "The share of rows whose set must hold the true class must lie between 0 and 1.");
        _level = level;
    }

    /// <summary>Adds a row of calibration.</summary>
    /// <param name="probabilities">One per class.</param>
    /// <param name="label">The true class; a row with a label that is none of the classes is skipped.</param>
    public void AddCalibration(ReadOnlySpan<float> probabilities, int label)
    {
        if (IsUsable(probabilities, label))
            _nonconformity.Add(PredictionSets.Nonconformity(probabilities[label]));
    }

    /// <summary>Adds a row to evaluate, once all of calibration were added.</summary>
    /// <param name="probabilities">One per class.</param>
    /// <param name="label">The true class; a row with a label that is none of the classes is skipped.</param>
    public void Add(ReadOnlySpan<float> probabilities, int label)
    {
        if (!IsUsable(probabilities, label))
            return;
        _quantile ??= Quantile();
        if (_rows.Length == 0)
            (_sizes, _rows, _covered) = (new long[probabilities.Length + 1], new long[probabilities.Length], new long[probabilities.Length]);
        int[] set = PredictionSets.Set(probabilities, _quantile.Value);
        _sizes[set.Length]++;
        _rows[label]++;
        _covered[label] += set.Contains(label) ? 1 : 0;
    }

    /// <summary>The metrics of the rows added so far.</summary>
    /// <exception cref="InvalidOperationException">No row could be evaluated, or none calibrated on.</exception>
    public PredictionSetMetrics ToMetrics()
    {
        long rows = _rows.Sum();
        if (rows == 0 || _nonconformity.Count == 0)
            throw new InvalidOperationException($"There is no row to {(rows == 0 ? "evaluate" : "calibrate on")}: {_skipped} rows were skipped because their label is missing or a probability is not a number.");
        double total = _sizes.Select((count, size) => (double)count * size).Sum();
        return new PredictionSetMetrics
        {
            Level = _level,
            CalibrationRowCount = _nonconformity.Count,
            Quantile = Quantile(),
            RowCount = rows,
            SkippedRowCount = _skipped,
            Coverage = (double)_covered.Sum() / rows,
            CoverageByClass = [.. _rows.Zip(_covered, (count, covered) => new ClassCoverage(count, count == 0 ? double.NaN : (double)covered / count))],
            MeanSetSize = total / rows,
            SetSizes = _sizes,
        };
    }

    private double Quantile() => PredictionSets.Quantile([.. _nonconformity], 1 - _level);

    private bool IsUsable(ReadOnlySpan<float> probabilities, int label)
    {
        bool isUsable = label >= 0 && label < probabilities.Length && !probabilities.Contains(float.NaN);
        _skipped += isUsable ? 0 : 1;
        return isUsable;
    }
}
