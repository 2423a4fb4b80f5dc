namespace Microsoft.ML.Jem.Calibration;

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
