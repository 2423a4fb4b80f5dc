using System.Runtime.InteropServices;

namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Collects the rows of a scored data set one by one and computes <see cref="CalibrationMetrics"/>.</summary>
/// <remarks>Keeps two numbers a row, confidence and hit, which equal-mass bins need; nothing else grows with the rows.</remarks>
internal sealed class CalibrationAccumulator
{
    /// <summary>Number of bins unless asked otherwise.</summary>
    public const int DefaultBinCount = 15;

    private const double LowestProbability = 1e-15;

    private readonly int _binCount;
    private readonly List<double> _confidences = [];
    private readonly List<bool> _hits = [];
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
    }

    /// <summary>Adds a row.</summary>
    /// <param name="probabilities">One probability a class.</param>
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
    }

    /// <summary>The metrics of the rows added so far.</summary>
    /// <exception cref="InvalidOperationException">No row could be evaluated.</exception>
    public CalibrationMetrics ToMetrics()
    {
        long count = _confidences.Count;
        if (count == 0)
            throw new InvalidOperationException($"There is no row to evaluate: {_skipped} rows were skipped because their label is missing or a probability is not a number.");

        ReadOnlySpan<double> confidences = CollectionsMarshal.AsSpan(_confidences);
        ReadOnlySpan<bool> hits = CollectionsMarshal.AsSpan(_hits);
        ReliabilityBin[] bins = ReliabilityBins.OfEqualWidth(confidences, hits, _binCount);
        ReliabilityBin[] equalMassBins = ReliabilityBins.OfEqualMass(confidences, hits, _binCount);
        return new CalibrationMetrics(
            count,
            _skipped,
            (double)_hitCount / count,
            _logLoss / count,
            _brier / count,
            ReliabilityBins.ExpectedError(bins, count),
            ReliabilityBins.ExpectedError(equalMassBins, count),
            ReliabilityBins.MaximumError(bins),
            bins,
            equalMassBins);
    }
}
