namespace Microsoft.ML.Jem.Fitting;

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

/// <summary>Held-out logits and labels, and their log-loss as a function of the inverse temperature.</summary>
internal sealed class HeldOutRows
{
    private readonly double[] _logits;
    private readonly int[] _labels;
    private readonly float[]? _weights;
    private readonly int _classCount;

    public HeldOutRows(ReadOnlySpan<double> logits, int classCount, ReadOnlySpan<int> labels, ReadOnlySpan<float> weights)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        if (labels.IsEmpty)
            throw new ArgumentException("A temperature needs at least one held-out row.", nameof(labels));
        if (logits.Length != (long)labels.Length * classCount)
            throw new ArgumentException($"{labels.Length} labels and {classCount} classes need {(long)labels.Length * classCount} logits, but {logits.Length} were given.", nameof(logits));
        if (!weights.IsEmpty && weights.Length != labels.Length)
            throw new ArgumentException($"{labels.Length} labels need as many weights, but {weights.Length} were given.", nameof(weights));
        foreach (int label in labels)
        {
            if (label < 0 || label >= classCount)
                throw new ArgumentException($"A held-out row has the label {label}. Expected 0 to {classCount - 1}; leave out unlabelled rows.", nameof(labels));
        }

        foreach (double logit in logits)
        {
            if (!double.IsFinite(logit))
                throw new ArgumentException("A held-out row has a logit that is not finite. Leave out rows whose features are not finite.", nameof(logits));
        }

        double sum = weights.IsEmpty ? labels.Length : 0;
        foreach (float weight in weights)
        {
            if (!float.IsFinite(weight) || weight < 0)
                throw new ArgumentException($"A held-out row has the weight {weight}. Expected a finite weight of at least 0.", nameof(weights));
            sum += weight;
        }

        if (sum == 0)
            throw new ArgumentException("All held-out rows have the weight 0.", nameof(weights));

        _logits = logits.ToArray();
        _labels = labels.ToArray();
        _weights = weights.IsEmpty ? null : weights.ToArray();
        _classCount = classCount;
        Weight = sum;
    }

    /// <summary>Sum of the rows' weights; their number where they have none.</summary>
    public double Weight { get; }

    /// <summary>The weighted mean log-loss of softmax(β·logits) and its first two derivatives in β.</summary>
    /// <remarks>d/dβ = E_p[z] − z_y and d²/dβ² = Var_p[z], where p = softmax(βz).</remarks>
    public (double LogLoss, double Slope, double Curvature) Evaluate(double inverseTemperature)
    {
        double logLoss = 0;
        double slope = 0;
        double curvature = 0;
        for (int i = 0; i < _labels.Length; i++)
        {
            ReadOnlySpan<double> row = _logits.AsSpan(i * _classCount, _classCount);
            double largest = row[0];
            foreach (double logit in row)
                largest = Math.Max(largest, logit);

            // Everything relative to the largest logit: shifts change neither p nor the derivatives.
            double sum = 0;
            double first = 0;
            double second = 0;
            foreach (double logit in row)
            {
                double below = logit - largest;
                double exponential = Math.Exp(inverseTemperature * below);
                sum += exponential;
                first += exponential * below;
                second += exponential * below * below;
            }

            double mean = first / sum;
            double target = row[_labels[i]] - largest;
            double weight = _weights is null ? 1 : _weights[i];
            logLoss += weight * (Math.Log(sum) - inverseTemperature * target);
            slope += weight * (mean - target);
            curvature += weight * Math.Max(second / sum - mean * mean, 0);
        }

        return (logLoss / Weight, slope / Weight, curvature / Weight);
    }
}
