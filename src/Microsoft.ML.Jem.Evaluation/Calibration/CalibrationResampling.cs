namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Resamples rows for <see cref="CalibrationTest"/>.</summary>
internal sealed class CalibrationResampling
{
    /// <summary>Errors that differ by less than this are equal: the order of a sum decides its last digits.</summary>
    private const double Tie = 1e-12;

    private readonly double[] _confidences;
    private readonly double[] _gaps;
    private readonly int[] _bins;
    private readonly double[] _sums;

    /// <summary>Prepares rows.</summary>
    /// <param name="confidences">The confidence of each row, in [0, 1]; at least one.</param>
    /// <param name="hits">Whether each row's answer is right.</param>
    /// <param name="binCount">Number of bins of equal width.</param>
    public CalibrationResampling(ReadOnlySpan<double> confidences, ReadOnlySpan<bool> hits, int binCount)
    {
        _confidences = confidences.ToArray();
        _gaps = new double[confidences.Length];
        for (int i = 0; i < _gaps.Length; i++)
            _gaps[i] = Gap(hits[i], confidences[i]);
        _bins = Array.ConvertAll(_confidences, confidence => ReliabilityBins.Index(confidence, binCount));
        _sums = new double[binCount];
    }

    /// <summary>The interval and the test.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="skipped">Number of rows that were left out before.</param>
    public CalibrationTest Run(CalibrationTestOptions options, long skipped)
    {
        int count = options.NumberOfResamples;
        double observed = ObservedError();

        // A generator each: the interval does not depend on the test.
        var rows = new Random(options.Seed);
        var labels = new Random(options.Seed);
        double[] bootstrap = [.. Enumerable.Range(0, count).Select(_ => BootstrapError(rows))];
        double[] calibrated = [.. Enumerable.Range(0, count).Select(_ => CalibratedError(labels))];

        Array.Sort(bootstrap);
        double pValue = (1.0 + calibrated.Count(error => error >= observed - Tie)) / (count + 1);

        // The k-th lowest and k-th highest, as the quantiles α/2 and 1 − α/2. Where k is a whole number, rounding must not lower it.
        int k = Math.Max(1, (int)((count + 1) * (1 - options.ConfidenceLevel) / 2 + 1e-9));
        return new CalibrationTest
        {
            RowCount = _confidences.Length,
            SkippedRowCount = skipped,
            ExpectedCalibrationError = observed,
            ExpectedCalibrationErrorIfCalibrated = calibrated.Average(),
            ConfidenceLevel = options.ConfidenceLevel,
            LowerBound = pValue > 1 - options.ConfidenceLevel ? 0 : Math.Max(0, 2 * observed - bootstrap[^k]),
            UpperBound = Math.Max(0, 2 * observed - bootstrap[k - 1]),
            PValue = pValue,
        };
    }

    private static double Gap(bool hit, double confidence) => (hit ? 1 : 0) - confidence;

    private double ObservedError()
    {
        Array.Clear(_sums);
        for (int i = 0; i < _gaps.Length; i++)
            _sums[_bins[i]] += _gaps[i];
        return Error();
    }

    /// <summary>The ECE of as many rows, drawn with replacement.</summary>
    private double BootstrapError(Random random)
    {
        Array.Clear(_sums);
        for (int drawn = 0; drawn < _gaps.Length; drawn++)
        {
            int i = random.Next(_gaps.Length);
            _sums[_bins[i]] += _gaps[i];
        }

        return Error();
    }

    /// <summary>The ECE of the same rows when each answer is right with the probability that was stated.</summary>
    private double CalibratedError(Random random)
    {
        Array.Clear(_sums);
        for (int i = 0; i < _gaps.Length; i++)
            _sums[_bins[i]] += Gap(random.NextDouble() < _confidences[i], _confidences[i]);
        return Error();
    }

    private double Error() => _sums.Sum(Math.Abs) / _gaps.Length;
}
