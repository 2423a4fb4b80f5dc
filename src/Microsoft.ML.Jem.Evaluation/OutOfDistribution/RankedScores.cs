namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Positives and negatives counted by distinct score, the highest score first.</summary>
internal sealed class RankedScores
{
    private readonly List<Step> _steps = [];

    /// <summary>Ranks rows; a higher score means more positive.</summary>
    /// <param name="positives">Scores of the positive rows, at least one, no NaN.</param>
    /// <param name="negatives">Scores of the negative rows, at least one, no NaN.</param>
    public RankedScores(ReadOnlySpan<double> positives, ReadOnlySpan<double> negatives)
    {
        double[] scores = [.. positives, .. negatives];
        var isPositive = new bool[scores.Length];
        isPositive.AsSpan(0, positives.Length).Fill(true);
        Array.Sort(scores, isPositive);

        long truePositives = 0;
        long falsePositives = 0;
        for (int i = scores.Length - 1; i >= 0; i--)
        {
            if (isPositive[i])
                truePositives++;
            else
                falsePositives++;
            if (i == 0 || scores[i - 1] != scores[i])
                _steps.Add(new Step(scores[i], truePositives, falsePositives));
        }

        Positives = positives.Length;
        Negatives = negatives.Length;
    }

    public long Positives { get; }

    public long Negatives { get; }

    /// <summary>P(positive &gt; negative) + ½·P(equal).</summary>
    public double AreaUnderRocCurve()
    {
        double pairs = 0;
        var before = new Step(double.NaN, 0, 0);
        foreach (Step step in _steps)
        {
            pairs += (step.FalsePositives - before.FalsePositives) * (before.TruePositives + step.TruePositives) / 2.0;
            before = step;
        }

        return pairs / ((double)Positives * Negatives);
    }

    /// <summary>Σ (Rₙ − Rₙ₋₁)·Pₙ over distinct scores.</summary>
    public double AveragePrecision()
    {
        double area = 0;
        long before = 0;
        foreach (Step step in _steps)
        {
            area += (step.TruePositives - before) * step.Precision;
            before = step.TruePositives;
        }

        return area / Positives;
    }

    /// <summary>The area under the line through the points (recall, precision), from (0, 1) on.</summary>
    public double AreaUnderPrecisionRecall()
    {
        double area = 0;
        var before = new Step(double.NaN, 0, 0);
        foreach (Step step in _steps)
        {
            area += (step.TruePositives - before.TruePositives) * (before.Precision + step.Precision) / 2;
            before = step;
        }

        return area / Positives;
    }

    /// <summary>The highest observed threshold at which at least the share <paramref name="rate"/> of the positives scores as high, and the share of negatives that does.</summary>
    public (double FalsePositiveRate, double Threshold) FalsePositiveRateAt(double rate)
    {
        foreach (Step step in _steps)
        {
            if ((double)step.TruePositives / Positives >= rate)
                return ((double)step.FalsePositives / Negatives, step.Score);
        }

        throw new ArgumentOutOfRangeException(nameof(rate), rate, "A rate is at most 1.");
    }

    /// <summary>The lowest mean, over all thresholds, of the share of positives missed and of negatives taken.</summary>
    public double DetectionError()
    {
        double lowest = 0.5;
        foreach (Step step in _steps)
            lowest = Math.Min(lowest, (1 - (double)step.TruePositives / Positives + (double)step.FalsePositives / Negatives) / 2);
        return lowest;
    }

    /// <summary>The ROC curve: one point for each distinct score, the highest first.</summary>
    public DetectionPoint[] Curve() =>
        [.. _steps.Select(step => new DetectionPoint(step.Score, (double)step.FalsePositives / Negatives, (double)step.TruePositives / Positives))];

    /// <summary>Counts of rows that score at least <paramref name="Score"/>.</summary>
    private readonly record struct Step(double Score, long TruePositives, long FalsePositives)
    {
        /// <summary>The share of positives among them; 1 where there is no row yet.</summary>
        public double Precision => TruePositives + FalsePositives == 0 ? 1 : (double)TruePositives / (TruePositives + FalsePositives);
    }
}
