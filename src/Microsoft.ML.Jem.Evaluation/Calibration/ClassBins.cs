namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Class-wise calibration: each class's probability is binned by itself and compared with how often the class is the true one.</summary>
/// <remarks>Kull et al., Beyond temperature scaling: obtaining well-calibrated multi-class probabilities with Dirichlet calibration (NeurIPS 2019).</remarks>
/// <param name="binCount">Number of bins of equal width per class.</param>
internal sealed class ClassBins(int binCount)
{
    private BinSum[] _sums = [];
    private long _rows;

    /// <summary>Adds a row.</summary>
    /// <param name="probabilities">One probability per class, no NaN.</param>
    /// <param name="label">The true class.</param>
    public void Add(ReadOnlySpan<double> probabilities, int label)
    {
        if (_sums.Length == 0)
            _sums = new BinSum[probabilities.Length * binCount];
        for (int k = 0; k < probabilities.Length; k++)
            _sums[k * binCount + ReliabilityBins.Index(probabilities[k], binCount)].Add(probabilities[k], k == label);
        _rows++;
    }

    /// <summary>ECE of each class: Σ over its bins of their share of rows · |share of the class − mean probability|.</summary>
    public double[] ExpectedErrors() => [.. _sums.Chunk(binCount).Select(bins => bins.Sum(bin => bin.Error) / _rows)];
}
