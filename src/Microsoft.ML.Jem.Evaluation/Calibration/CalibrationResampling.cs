namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Resamples rows for <see cref="CalibrationTest"/>.</summary>
internal sealed class CalibrationResampling
{
    /// <summary>Errors that differ by less than this are equal: the order of a sum decides its last digits.</summary>
    private const double Tie = 1e-12;

    private readonly double[] _confidences;
    private readonly bool[] _hits;
    private readonly int[] _bins;
    private readonly BinSum[] _sums;

    /// <summary>Prepares rows.</summary>
    /// <param name="confidences">The confidence of each row, in [0, 1]; at least one.</param>
    /// <param name="hits">Whether each row's answer is right.</param>
    /// <param name="binCount">Number of bins of equal width.</param>
    public CalibrationResampling(ReadOnlySpan<double> confidences, ReadOnlySpan<bool> hits, int binCount)
    {
        _confidences = confidences.ToArray();
        _hits = hits.ToArray();
        _bins = Array.ConvertAll(_confidences, confidence => ReliabilityBins.Index(confidence, binCount));
        _sums = new BinSum[binCount];
    }

    /// <summary>The interval and the test.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="skipped">Number of rows that were left out before.</param>
    public CalibrationTest Run(CalibrationTestOptions options, long skipped)
    {
        int count = options.NumberOfResamples;
        double observed = Error(i => i, i => _hits[i]);

        // A generator each: the interval does not depend on the test.
        var rows = new Random(options.Seed);
        var labels = new Random(options.Seed);
        double[] bootstrap = [.. Enumerable.Range(0, count).Select(_ => Error(_ => rows.Next(_confidences.Length), i => _hits[i]))];
        double[] calibrated = [.. Enumerable.Range(0, count).Select(_ => Error(i => i, i => labels.NextDouble() < _confidences[i]))];

        // The k-th lowest and k-th highest, as the quantiles α/2 and 1 − α/2.
        Array.Sort(bootstrap);
        double pValue = (1.0 + calibrated.Count(error => error >= observed - Tie)) / (count + 1);
        int k = Math.Max(1, (int)((count + 1) * (1 - options.ConfidenceLevel) / 2));
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

    /// <summary>The ECE of as many rows as there are.</summary>
    /// <param name="row">The row at each place.</param>
    /// <param name="hit">Whether a row's answer is right.</param>
    private double Error(Func<int, int> row, Func<int, bool> hit)
    {
        Array.Clear(_sums);
        for (int place = 0; place < _confidences.Length; place++)
        {
            int i = row(place);
            _sums[_bins[i]].Add(_confidences[i], hit(i));
        }

        return _sums.Sum(bin => bin.Error) / _confidences.Length;
    }
}
