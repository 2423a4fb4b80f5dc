using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Energy;

/// <summary>Fits a <see cref="ReferenceMeasure"/> to standardised rows, in the richest form that is still cheap to score.</summary>
internal static class ReferenceMeasureFit
{
    /// <summary>A covariance a class is kept up to this many multiplications a row.</summary>
    private const long MostPerClass = 1 << 14;

    /// <summary>A common covariance is kept up to this many features; beyond, its diagonal (<see cref="DiagonalFit"/>).</summary>
    public const int WidestFull = 1024;

    /// <summary>Directions of a common covariance that are kept.</summary>
    private const long HighestRank = 128;

    // Added to every variance, as a share of the mean variance: what hardly varies in a few rows may vary in others.
    public const double SmallestShareOfVariance = 0.01;

    /// <summary>Fits class means and covariances.</summary>
    /// <param name="rows">Standardised rows, [n, d], d at most <see cref="WidestFull"/>.</param>
    /// <param name="labels">The class of each row; −1 where unknown.</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <exception cref="ArgumentException">No row has a label.</exception>
    public static ReferenceMeasure Fit(Tensor rows, int[] labels, int classCount)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long[] known = [.. Enumerable.Range(0, labels.Length).Where(row => labels[row] != TrainingRows.Unlabelled).Select(row => (long)row)];
        if (known.Length == 0)
            throw new ArgumentException("A reference measure needs labelled rows.", nameof(labels));

        Tensor z = rows.to(float64).cpu().index_select(0, tensor(known));
        Tensor y = tensor(Array.ConvertAll(known, row => (long)labels[row]));
        long d = z.shape[1];
        Tensor oneHot = nn.functional.one_hot(y, classCount).to(float64);
        Tensor counts = oneHot.sum(dim: 0);
        Tensor means = oneHot.t().matmul(z) / counts.AtLeast(1).unsqueeze(1);
        Tensor centred = z - means.index_select(0, y);

        // A class without rows takes no part.
        Tensor logShares = where(counts.IsAbove(0), counts.DividedBy(known.Length).AtLeast(1e-300).log(), counts.FilledWith(-1e30));
        Tensor covariance = centred.t().matmul(centred).DividedBy(known.Length);
        Tensor ridge = covariance.diagonal().mean().Times(SmallestShareOfVariance).Plus(1e-6);
        return classCount * d * d <= MostPerClass
            ? PerClass(centred, y, counts, covariance.Plus(eye(d, dtype: float64) * ridge), ridge, means, logShares)
            : Shared(covariance, ridge.item<double>(), means, z.mean([0]), logShares);
    }

    /// <summary>Each class's covariance, shrunk towards the common one by d/(d + n − 1), n the rows of the class.</summary>
    private static ReferenceMeasure PerClass(
        Tensor centred, Tensor y, Tensor counts, Tensor common, Tensor ridge, Tensor means, Tensor logShares)
    {
        (long count, long d) = (means.shape[0], means.shape[1]);
        var whitening = new Tensor[count];
        var logWeights = new Tensor[count];
        for (long k = 0; k < count; k++)
        {
            using DisposeScope scope = NewDisposeScope();
            double n = counts[k].item<double>();
            Tensor own = centred.index_select(0, y.PositionsOf(k));
            double shrinkage = d / (d + Math.Max(n - 1, 0));
            Tensor covariance = n > 1 ? own.t().matmul(own).DividedBy(n - 1) : zeros(d, d, float64);
            Tensor shrunk = covariance.Times(1 - shrinkage).Plus(common.Times(shrinkage)).Plus(eye(d, dtype: float64) * ridge);
            Tensor factor = linalg.cholesky(shrunk);
            whitening[k] = linalg.solve(factor, eye(d, dtype: float64)).MoveToOuterDisposeScope();
            logWeights[k] = (logShares[k] - factor.diagonal().log().sum()).MoveToOuterDisposeScope();
        }

        Tensor stacked = stack(whitening);
        Tensor centres = stacked.matmul(means.unsqueeze(2)).squeeze(2);
        return new ReferenceMeasure(Floats(stacked), Floats(centres), Floats(stack(logWeights)), (int)d);
    }

    private static ReferenceMeasure Shared(Tensor covariance, double ridge, Tensor means, Tensor mean, Tensor logShares)
    {
        int d = (int)means.shape[1];
        int rank = (int)Math.Min(d, HighestRank);
        (Tensor values, Tensor vectors) = linalg.eigh(covariance);

        // eigh sorts ascending: the last directions vary most.
        double[] spectrum = values.data<double>().ToArray();
        double[] variances = Array.ConvertAll(spectrum[^rank..], value => Math.Max(value, 0) + ridge);
        Tensor directions = vectors.narrow(1, d - rank, rank);
        Tensor whitening = (directions / tensor(variances).sqrt()).t();
        Tensor logWeights = logShares.Plus(-variances.Sum(Math.Log) / 2);
        if (rank == d)
            return new ReferenceMeasure(Floats(whitening), Floats(means.matmul(whitening.t())), Floats(logWeights), d);

        // Directions left out share one variance, as in probabilistic PCA (Tipping, Bishop, 1999), and one mean, that of all rows:
        // scoring then needs no product of d numbers for each class. What class means differ by there counts as variance.
        Tensor between = means - mean;
        Tensor outside = between - between.matmul(directions).matmul(directions.t());
        double[] squares = outside.mul(outside).sum(dim: 1).data<double>().ToArray();
        double[] shares = logShares.exp().data<double>().ToArray();
        double left = spectrum[..^rank].Sum(value => Math.Max(value, 0)) + squares.Zip(shares, (square, share) => square * share).Sum();
        double variance = (left / (d - rank)) + ridge;
        var residual = new ResidualGaussian(Floats(mean), Array.ConvertAll(variances, value => (float)value), (float)(1 / variance));
        return new ReferenceMeasure(
            Floats(whitening), Floats(between.matmul(whitening.t())), Floats(logWeights.Plus(-(d - rank) * Math.Log(variance) / 2)), d, residual);
    }

    private static float[] Floats(Tensor values) => values.to(float32).contiguous().data<float>().ToArray();
}
