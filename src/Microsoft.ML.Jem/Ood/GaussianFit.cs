using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Ood;

/// <summary>
/// Fits the Gaussians of <see cref="ReferenceDensity"/> in the richest form that is still cheap to score, in memory that does not
/// grow with the number of rows.
/// </summary>
internal static class GaussianFit
{
    /// <summary>Rows that are looked at, at most, and values of theirs that are held at a time: 32 megabytes.</summary>
    private const int MostRows = 20_000, MostValues = 1 << 23;

    /// <summary>Each class has its own covariance up to this many multiplications per row.</summary>
    private const long MostPerClass = 1 << 14;

    /// <summary>A common covariance is kept up to this many features; beyond, its diagonal.</summary>
    private const int WidestFull = 1024;

    /// <summary>Directions of a common covariance that are kept.</summary>
    private const int HighestRank = 128;

    /// <summary>Added to every variance, as a share of the mean variance: what hardly varies in a few rows may vary in others.</summary>
    private const double SmallestShareOfVariance = 0.01;

    /// <summary>The log weight of a class without rows, which so takes no part.</summary>
    private const double Nothing = -1e30;

    /// <summary>Fits class means and covariances to evenly spaced rows.</summary>
    /// <param name="rows">The rows; those without a label take no part.</param>
    /// <param name="standardization">What is done to their features first.</param>
    /// <exception cref="ArgumentException">No row that is looked at has a label.</exception>
    public static ReferenceDensity Fit(TrainingRows rows, Standardization standardization)
    {
        int width = rows.Features.Width;
        int most = width <= WidestFull ? RowBudget.Rows(width, MostRows, MostValues) : MostRows;
        int[] chosen = Array.FindAll(RowBudget.Spread(rows.Count, most), row => rows.Labels[row] != TrainingRows.Unlabelled);
        if (chosen.Length == 0)
            throw new ArgumentException("A reference measure needs labelled rows.", nameof(rows));
        return width <= WidestFull ? Full(rows, chosen, standardization) : Diagonal(rows, chosen, standardization);
    }

    private static ReferenceDensity Full(TrainingRows rows, int[] chosen, Standardization standardization)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int d = rows.Features.Width;
        var features = new float[chosen.Length * d];
        rows.Features.CopyRows(chosen, features);
        standardization.Apply(features);
        Tensor z = tensor(features, [chosen.Length, d]).to(float64);
        Tensor y = tensor(Array.ConvertAll(chosen, row => (long)rows.Labels[row]));

        Tensor oneHot = nn.functional.one_hot(y, rows.ClassCount).to(float64);
        Tensor counts = oneHot.sum(dim: 0);
        Tensor means = oneHot.t().matmul(z) / counts.AtLeast(1).unsqueeze(1);
        Tensor centred = z - means.index_select(0, y);
        Tensor logShares = where(counts.IsAbove(0), counts.DividedBy(chosen.Length).AtLeast(1e-300).log(), counts.FilledWith(Nothing));
        Tensor covariance = centred.t().matmul(centred).DividedBy(chosen.Length);
        Tensor ridge = covariance.diagonal().mean().Times(SmallestShareOfVariance).Plus(1e-6);
        return (long)rows.ClassCount * d * d <= MostPerClass
            ? PerClass(centred, y, counts, covariance.Plus(eye(d, dtype: float64) * ridge), ridge, means, logShares)
            : Shared(covariance, ridge.item<double>(), means, z.mean([0]), logShares);
    }

    /// <summary>Each class's covariance, shrunk towards the common one by d/(d + n − 1), n the rows of the class.</summary>
    private static ReferenceDensity PerClass(
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
        return new ReferenceDensity(Floats(stacked), Floats(centres), Floats(stack(logWeights)), (int)d);
    }

    private static ReferenceDensity Shared(Tensor covariance, double ridge, Tensor means, Tensor mean, Tensor logShares)
    {
        int d = (int)means.shape[1];
        int rank = Math.Min(d, HighestRank);
        (Tensor values, Tensor vectors) = linalg.eigh(covariance);

        // eigh sorts ascending: the last directions vary most.
        double[] spectrum = values.data<double>().ToArray();
        double[] variances = Array.ConvertAll(spectrum[^rank..], value => Math.Max(value, 0) + ridge);
        Tensor directions = vectors.narrow(1, d - rank, rank);
        Tensor whitening = (directions / tensor(variances).sqrt()).t();
        Tensor logWeights = logShares.Plus(-variances.Sum(Math.Log) / 2);
        if (rank == d)
            return new ReferenceDensity(Floats(whitening), Floats(means.matmul(whitening.t())), Floats(logWeights), d);

        // Directions left out share one variance, as in probabilistic PCA (Tipping, Bishop, 1999), and one mean, that of all rows:
        // scoring then needs no product of d numbers for each class. What class means differ by there counts as variance.
        Tensor between = means - mean;
        Tensor outside = between - between.matmul(directions).matmul(directions.t());
        double[] squares = outside.mul(outside).sum(dim: 1).data<double>().ToArray();
        double[] shares = logShares.exp().data<double>().ToArray();
        double left = spectrum[..^rank].Sum(value => Math.Max(value, 0)) + squares.Zip(shares, (square, share) => square * share).Sum();
        double variance = (left / (d - rank)) + ridge;
        var residual = new ResidualGaussian(Floats(mean), Array.ConvertAll(variances, value => (float)value), (float)(1 / variance));
        return new ReferenceDensity(
            Floats(whitening), Floats(between.matmul(whitening.t())), Floats(logWeights.Plus(-(d - rank) * Math.Log(variance) / 2)), d, residual);
    }

    /// <summary>One row at a time, for rows too wide for any covariance.</summary>
    private static ReferenceDensity Diagonal(TrainingRows rows, int[] chosen, Standardization standardization)
    {
        int width = rows.Features.Width;
        var squares = new double[width];
        var means = new double[]?[rows.ClassCount];
        var counts = new long[rows.ClassCount];
        var values = new float[width];
        foreach (int row in chosen)
        {
            rows.Features.CopyRow(row, values);
            standardization.Apply(values);

            // Welford's recurrence within each class: squares of distances from the class mean add up.
            double[] mean = means[rows.Labels[row]] ??= new double[width];
            long count = ++counts[rows.Labels[row]];
            for (int j = 0; j < width; j++)
            {
                double difference = values[j] - mean[j];
                mean[j] += difference / count;
                squares[j] += difference * (values[j] - mean[j]);
            }
        }

        double ridge = (squares.Average() / chosen.Length * SmallestShareOfVariance) + 1e-6;
        double[] variances = Array.ConvertAll(squares, square => (square / chosen.Length) + ridge);
        double logDeterminant = variances.Sum(Math.Log);
        float[] whitening = Array.ConvertAll(variances, variance => (float)(1 / Math.Sqrt(variance)));
        float[] logWeights = Array.ConvertAll(counts, count => (float)((count > 0 ? Math.Log((double)count / chosen.Length) : Nothing) - (logDeterminant / 2)));
        float[] centres = [.. means.SelectMany(mean => whitening.Select((scale, j) => mean is null ? 0 : (float)mean[j] * scale))];
        return new ReferenceDensity(whitening, centres, logWeights, width);
    }

    private static float[] Floats(Tensor values) => values.to(float32).contiguous().data<float>().ToArray();
}
