using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Energy;

/// <summary>Fits a <see cref="ReferenceMeasure"/> whose features vary independently to rows too wide for any more, one row at a time.</summary>
internal sealed class DiagonalFit(int width, int classCount)
{
    private readonly double[] _squares = new double[width];
    private readonly double[]?[] _means = new double[]?[classCount];
    private readonly long[] _counts = new long[classCount];
    private long _count;

    /// <summary>Takes in a standardised row and its class; rows without a class take no part.</summary>
    public void Add(ReadOnlySpan<float> row, int label)
    {
        if (label == TrainingRows.Unlabelled)
            return;

        // Welford's recurrence within each class: squares of distances from the class mean add up.
        double[] mean = _means[label] ??= new double[width];
        long count = ++_counts[label];
        _count++;
        for (int j = 0; j < row.Length; j++)
        {
            double difference = row[j] - mean[j];
            mean[j] += difference / count;
            _squares[j] += difference * (row[j] - mean[j]);
        }
    }

    /// <summary>The measure of the rows so far.</summary>
    /// <param name="smallestShare">What is added to each variance, as a share of their mean.</param>
    /// <exception cref="ArgumentException">No row had a label.</exception>
    public ReferenceMeasure ToMeasure(double smallestShare)
    {
        if (_count == 0)
            throw new ArgumentException("A reference measure needs labelled rows.");
        double ridge = (_squares.Average() / _count * smallestShare) + 1e-6;
        double[] variances = Array.ConvertAll(_squares, square => (square / _count) + ridge);
        double logDeterminant = variances.Sum(Math.Log);
        float[] whitening = Array.ConvertAll(variances, variance => (float)(1 / Math.Sqrt(variance)));
        var centres = new float[classCount * width];
        var logWeights = new float[classCount];
        for (int k = 0; k < classCount; k++)
        {
            // A class without rows takes no part.
            logWeights[k] = (float)((_counts[k] > 0 ? Math.Log((double)_counts[k] / _count) : -1e30) - (logDeterminant / 2));
            for (int j = 0; _means[k] is { } mean && j < width; j++)
                centres[(k * width) + j] = (float)mean[j] * whitening[j];
        }

        return new ReferenceMeasure(whitening, centres, logWeights, width);
    }
}
