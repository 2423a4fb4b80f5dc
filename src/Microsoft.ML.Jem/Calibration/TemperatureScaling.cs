namespace Microsoft.ML.Jem.Calibration;

/// <summary>Fits the one number T that makes softmax(logits / T) honest on held-out rows.</summary>
/// <remarks>
/// <para>T minimises the log-loss of the held-out rows (Guo et al., On Calibration of Modern Neural Networks, ICML 2017), between
/// <see cref="Lowest"/> and <see cref="Highest"/>. The log-loss is convex in 1/T.</para>
/// <para>Where every held-out row is classified correctly, as on small separable sets, the log-loss falls for ever as T → 0,
/// and the next wrong row would cost hundreds of nats. A prior log T ~ Normal(0, σ²) prevents that: it counts as much as a
/// handful of rows, and so vanishes beside hundreds of them. The prior is centred at T = 1, so the log-loss of the held-out rows
/// never rises above what it is unscaled.</para>
/// </remarks>
internal static class TemperatureScaling
{
    /// <summary>The lowest T.</summary>
    public const double Lowest = 0.05;

    /// <summary>The highest T.</summary>
    public const double Highest = 20;

    /// <summary>Standard deviation σ of log T before anything is known: with 95 % probability T lies between 1/7 and 7.</summary>
    public const double DefaultPriorDeviation = 1;

    private const int MaximumSteps = 200;

    /// <summary>Fits T to float logits; see <see cref="Fit(ReadOnlySpan{double}, int, ReadOnlySpan{int}, ReadOnlySpan{float}, double)"/>.</summary>
    public static TemperatureFit Fit(ReadOnlySpan<float> logits, int classCount, ReadOnlySpan<int> labels, ReadOnlySpan<float> weights = default, double priorDeviation = DefaultPriorDeviation)
    {
        var wide = new double[logits.Length];
        for (int i = 0; i < wide.Length; i++)
            wide[i] = logits[i];
        return Fit(wide, classCount, labels, weights, priorDeviation);
    }

    /// <summary>Fits T.</summary>
    /// <param name="logits">Logits of the held-out rows, [n, K] row-major, finite.</param>
    /// <param name="classCount">Number of classes, K.</param>
    /// <param name="labels">The true class of each row, 0 to K−1; at least one row.</param>
    /// <param name="weights">Weight of each row, finite and not negative, with a positive sum; empty where every row weighs 1.</param>
    /// <param name="priorDeviation">σ of the prior on log T; positive infinity fits without it, and then stops at a bound where rows are separable.</param>
    /// <exception cref="ArgumentException">The counts do not fit together, a label is out of range, or a logit or weight is not finite.</exception>
    public static TemperatureFit Fit(ReadOnlySpan<double> logits, int classCount, ReadOnlySpan<int> labels, ReadOnlySpan<float> weights = default, double priorDeviation = DefaultPriorDeviation)
    {
        if (!(priorDeviation > 0))
            throw new ArgumentOutOfRangeException(nameof(priorDeviation), priorDeviation, "The deviation of the prior on log T must be positive.");
        var rows = new HeldOutRows(logits, classCount, labels, weights);
        double priorPrecision = 1 / (priorDeviation * priorDeviation);

        // In u = log(1/T) the objective is n·NLL(u) + u²/2σ². Its slope at 0 says to which side T moves, and it turns
        // before the optimum of the log-loss alone: between 0 and there, the log-loss only falls.
        double logLossBefore = rows.Evaluate(1).LogLoss;
        double slopeAtOne = rows.Evaluate(1).Slope;
        double near = 0;
        double far = slopeAtOne < 0 ? -Math.Log(Lowest) : -Math.Log(Highest);
        (double Slope, double Curvature) Objective(double u)
        {
            double inverse = Math.Exp(u);
            (double _, double slope, double curvature) = rows.Evaluate(inverse);
            return (inverse * slope * rows.Weight + u * priorPrecision,
                (inverse * slope + inverse * inverse * curvature) * rows.Weight + priorPrecision);
        }

        if (slopeAtOne == 0)
            return new TemperatureFit(1, logLossBefore, logLossBefore, false);
        bool atBound = Math.Sign(Objective(far).Slope) == Math.Sign(slopeAtOne);
        double root = atBound ? far : FindRoot(Objective, near, far, Math.Sign(slopeAtOne));
        double temperature = Math.Exp(-root);
        return new TemperatureFit(temperature, logLossBefore, rows.Evaluate(1 / temperature).LogLoss, atBound);
    }

    /// <summary>Newton's method on the slope, kept between a point before the root and one behind it by bisection.</summary>
    private static double FindRoot(Func<double, (double Slope, double Curvature)> objective, double near, double far, int signAtNear)
    {
        double u = near;
        for (int step = 0; step < MaximumSteps; step++)
        {
            (double slope, double curvature) = objective(u);
            if (slope == 0)
                return u;
            if (Math.Sign(slope) == signAtNear)
                near = u;
            else
                far = u;

            double next = u - slope / curvature;
            if (!(next > Math.Min(near, far) && next < Math.Max(near, far)))
                next = (near + far) / 2;
            if (Math.Abs(next - u) <= 1e-14 * Math.Max(1, Math.Abs(u)))
                return next;
            u = next;
        }

        return u;
    }
}

/// <summary>A fitted temperature and what it does to the held-out rows.</summary>
/// <param name="Temperature">T, by which logits are divided.</param>
/// <param name="LogLossBefore">Mean −ln p(y|x) of the held-out rows at T = 1, in nats.</param>
/// <param name="LogLossAfter">The same at T; never above <paramref name="LogLossBefore"/>.</param>
/// <param name="AtBound">Whether T was stopped by its lower or upper bound.</param>
internal sealed record TemperatureFit(double Temperature, double LogLossBefore, double LogLossAfter, bool AtBound);
