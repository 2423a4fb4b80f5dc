using System.Runtime.InteropServices;

namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Collects the rows of a scored data set one by one and computes <see cref="CalibrationMetrics"/> and <see cref="CalibrationTest"/>.</summary>
/// <remarks>Keeps two numbers per row, confidence and hit, which equal-mass bins need; nothing else grows with the rows.</remarks>
internal sealed class CalibrationAccumulator
{
    /// <summary>Number of bins unless asked otherwise.</summary>
    public const int DefaultBinCount = 15;

    private const double LowestProbability = 1e-15;

    private readonly int _binCount;
    private readonly List<double> _confidences = [];
    private readonly List<bool> _hits = [];
    private readonly ClassBins _classes;
    private double _logLoss;
    private double _brier;
    private long _hitCount;
    private long _skipped;

    /// <summary>Starts with no rows.</summary>
    /// <param name="binCount">Number of bins, at least 1.</param>
    public CalibrationAccumulator(int binCount = DefaultBinCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(binCount, 1);
        _binCount = binCount;
        _classes = new ClassBins(binCount);
    }

    /// <summary>Adds a row.</summary>
    /// <param name="probabilities">One probability per class.</param>
    /// <param name="label">The true class, zero-based. A row with a label that is none of the classes is skipped, as is one with a probability that is NaN.</param>
    public void Add(ReadOnlySpan<float> probabilities, int label)
    {
        Span<double> wide = probabilities.Length <= 256 ? stackalloc double[probabilities.Length] : new double[probabilities.Length];
        for (int k = 0; k < wide.Length; k++)
            wide[k] = probabilities[k];
        Add(wide, label);
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{float}, int)"/>
    public void Add(ReadOnlySpan<double> probabilities, int label)
    {
        if (label < 0 || label >= probabilities.Length)
        {
            _skipped++;
            return;
        }

        int predicted = 0;
        double brier = 0;
        for (int k = 0; k < probabilities.Length; k++)
        {
            double difference = probabilities[k] - (k == label ? 1 : 0);
            brier += difference * difference;
            if (probabilities[k] > probabilities[predicted])
                predicted = k;
        }

        if (double.IsNaN(brier))
        {
            _skipped++;
            return;
        }

        bool hit = predicted == label;
        _brier += brier;
        _logLoss -= Math.Log(Math.Max(probabilities[label], LowestProbability));
        _hitCount += hit ? 1 : 0;
        _confidences.Add(probabilities[predicted]);
        _hits.Add(hit);
        _classes.Add(probabilities, label);
    }

    /// <summary>The metrics of the rows added so far.</summary>
    /// <exception cref="InvalidOperationException">No row could be evaluated.</exception>
    public CalibrationMetrics ToMetrics()
    {
        long count = CountOrThrow();
        ReadOnlySpan<double> confidences = CollectionsMarshal.AsSpan(_confidences);
        ReadOnlySpan<bool> hits = CollectionsMarshal.AsSpan(_hits);
        ReliabilityBin[] bins = ReliabilityBins.OfEqualWidth(confidences, hits, _binCount);
        ReliabilityBin[] equalMassBins = ReliabilityBins.OfEqualMass(confidences, hits, _binCount);
        double[] classErrors = _classes.ExpectedErrors();
        return new CalibrationMetrics
        {
            RowCount = count,
            SkippedRowCount = _skipped,
            Accuracy = (double)_hitCount / count,
            LogLoss = _logLoss / count,
            BrierScore = _brier / count,
            ExpectedCalibrationError = ReliabilityBins.ExpectedError(bins, count),
            ExpectedCalibrationErrorEqualMass = ReliabilityBins.ExpectedError(equalMassBins, count),
            MaximumCalibrationError = ReliabilityBins.MaximumError(bins),
            ClasswiseExpectedCalibrationError = classErrors.Average(),
            ExpectedCalibrationErrorByClass = classErrors,
            Bins = bins,
            EqualMassBins = equalMassBins,
        };
    }

    /// <summary>The interval and the test of the calibration error of the rows added so far.</summary>
    /// <param name="options">Valid options; their number of bins is this accumulator's.</param>
    /// <exception cref="InvalidOperationException">No row could be evaluated.</exception>
    public CalibrationTest ToTest(CalibrationTestOptions options)
    {
        CountOrThrow();
        var resampling = new CalibrationResampling(CollectionsMarshal.AsSpan(_confidences), CollectionsMarshal.AsSpan(_hits), _binCount);
        return resampling.Run(options, _skipped);
    }

    private long CountOrThrow() => _confidences.Count > 0
        ? _confidences.Count
        : throw new InvalidOperationException($"There is no row to evaluate: {_skipped} rows were skipped because their label is missing or a probability is not a number.");
}
