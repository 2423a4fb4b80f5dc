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

    /// <summary>A common covariance is kept up to this many features; beyond, its diagonal.</summary>
    private const long WidestFull = 1024;

    /// <summary>Directions of a common covariance that are kept.</summary>
    private const long HighestRank = 128;

    // Added to every variance, as a share of the mean variance: what hardly varies in a few rows may vary in others.
    private const double SmallestShareOfVariance = 0.01;

    /// <summary>Fits class means and covariances.</summary>
    /// <param name="rows">Standardised rows, [n, d].</param>
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
        if (d > WidestFull)
            return Diagonal(centred, means, logShares);
        Tensor covariance = centred.t().matmul(centred).DividedBy(known.Length);
        Tensor ridge = covariance.diagonal().mean().Times(SmallestShareOfVariance).Plus(1e-6);
        return classCount * d * d <= MostPerClass
            ? PerClass(centred, y, counts, covariance.Plus(eye(d, dtype: float64) * ridge), ridge, means, logShares)
            : Shared(covariance, ridge, means, logShares);
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

    private static ReferenceMeasure Shared(Tensor covariance, Tensor ridge, Tensor means, Tensor logShares)
    {
        long d = means.shape[1];
        (Tensor values, Tensor vectors) = linalg.eigh(covariance);

        // eigh sorts ascending: the last directions vary most.
        long rank = Math.Min(d, HighestRank);
        values = values.narrow(0, d - rank, rank).AtLeast(0).Plus(ridge);
        Tensor whitening = (vectors.narrow(1, d - rank, rank) / values.sqrt()).t();
        Tensor logWeights = logShares - values.log().sum().DividedBy(2);
        return new ReferenceMeasure(Floats(whitening), Floats(means.matmul(whitening.t())), Floats(logWeights), (int)d);
    }

    private static ReferenceMeasure Diagonal(Tensor centred, Tensor means, Tensor logShares)
    {
        Tensor variance = centred.Square().mean([0]);
        variance = variance.Plus(variance.mean().Times(SmallestShareOfVariance).Plus(1e-6));
        Tensor whitening = variance.rsqrt();
        Tensor logWeights = logShares - variance.log().sum().DividedBy(2);
        return new ReferenceMeasure(Floats(whitening), Floats(means * whitening), Floats(logWeights), (int)means.shape[1]);
    }

    private static float[] Floats(Tensor values) => values.to(float32).contiguous().data<float>().ToArray();
}
