using Microsoft.ML.Jem.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Sampling;

/// <summary>A Gaussian for each class, with its own mean and covariance.</summary>
/// <remarks>
/// Covariances are shrunk towards their diagonal by d/(n + d), n the rows of the class, so that few rows in many dimensions
/// still give a distribution; above <see cref="WidestFull"/> features only the diagonal is kept. A class without rows takes
/// the Gaussian of all rows.
/// </remarks>
internal sealed class ClassGaussians : IDisposable
{
    /// <summary>The largest number of features for which covariances between features are kept.</summary>
    public const int WidestFull = 512;

    // Added to each variance: a feature that is constant within a class still gets chains that differ.
    private const double SmallestVariance = 1e-4;

    // Values of the factors that may be gathered, a megabyte.
    private const long MostGathered = 1 << 18;

    private readonly Tensor _means;
    private readonly Tensor _factors;

    /// <param name="means">Means [K, d]; taken over.</param>
    /// <param name="factors">Lower triangular factors [K, d, d], or standard deviations [K, d]; taken over.</param>
    public ClassGaussians(Tensor means, Tensor factors) => (_means, _factors) = (means, factors);

    /// <summary>Means, [K, d].</summary>
    public Tensor Means => _means;

    /// <summary>Lower triangular factors of the covariances, [K, d, d], or standard deviations, [K, d].</summary>
    public Tensor Factors => _factors;

    /// <summary>Fits the Gaussians.</summary>
    /// <param name="rows">Standardised rows [n, d], n at least 1.</param>
    /// <param name="labels">The class of each row, int64 [n]; −1 where unknown, which counts for no class.</param>
    /// <param name="classCount">Number of classes, K.</param>
    public static ClassGaussians Fit(Tensor rows, Tensor labels, int classCount)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor Mean, Tensor Factor)? all = null;
        var means = new Tensor[classCount];
        var factors = new Tensor[classCount];
        for (int k = 0; k < classCount; k++)
        {
            Tensor own = labels.PositionsOf(k);
            (means[k], factors[k]) = own.shape[0] > 0
                ? FitOne(rows.index_select(0, own).to(float64))
                : all ??= FitOne(rows.to(float64));
        }

        Tensor stackedMeans = stack(means).to(float32).to(rows.device).DetachFromDisposeScope();
        Tensor stackedFactors = stack(factors).to(float32).to(rows.device).DetachFromDisposeScope();
        return new ClassGaussians(stackedMeans, stackedFactors);
    }

    /// <summary>Draws a point for each class asked for: μ_y + L_y·ε.</summary>
    /// <param name="y">A class a row, int64 [n].</param>
    /// <param name="generator">The source of ε, on the device of the rows fitted.</param>
    /// <returns>Points [n, d].</returns>
    public Tensor Draw(Tensor y, Generator generator)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor noise = randn([y.shape[0], _means.shape[1]], float32, generator.device, generator: generator);
        Tensor points = _means.index_select(0, y);
        if (_factors.dim() == 2)
            return points.AddProductInPlace(_factors.index_select(0, y), noise).MoveToOuterDisposeScope();

        // Few points, as chains that start anew are: one product for all of them.
        if (_factors.shape[1] * _factors.shape[2] * y.shape[0] <= MostGathered)
        {
            Tensor spread = _factors.index_select(0, y).matmul(noise.unsqueeze(2));
            return points.AddInPlace(spread.squeeze(2)).MoveToOuterDisposeScope();
        }

        // Class by class: gathering one factor per row would take n·d² values.
        for (long k = 0; k < _means.shape[0]; k++)
        {
            Tensor own = y.PositionsOf(k);
            if (own.shape[0] > 0)
                points.index_copy_(0, own, points.index_select(0, own).Plus(noise.index_select(0, own).matmul(_factors[k].t())));
        }

        return points.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _means.Dispose();
        _factors.Dispose();
    }

    private static (Tensor Mean, Tensor Factor) FitOne(Tensor rows)
    {
        (long n, long d) = (rows.shape[0], rows.shape[1]);
        Tensor mean = rows.mean([0]);
        Tensor centred = rows - mean;
        Tensor variance = centred.Square().mean([0]).Plus(SmallestVariance);
        if (d > WidestFull)
            return (mean, variance.sqrt());

        double kept = (double)n / (n + d);
        Tensor covariance = centred.t().matmul(centred).ScaleInPlace(kept / n);
        covariance.diagonal().copy_(variance);
        return (mean, linalg.cholesky(covariance.cpu()));
    }
}
