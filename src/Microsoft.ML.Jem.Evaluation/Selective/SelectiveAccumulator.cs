namespace Microsoft.ML.Jem.Evaluation;

/// <summary>Collects confidences and hits of scored rows and computes <see cref="SelectiveMetrics"/>.</summary>
internal sealed class SelectiveAccumulator
{
    private readonly List<double> _confidences = [];
    private readonly List<bool> _hits = [];
    private long _skipped;

    /// <summary>Adds a row whose answer is its most probable class, of equal ones the first, with its probability as the confidence.</summary>
    /// <param name="probabilities">One probability per class.</param>
    /// <param name="label">The true class. A row with a label that is none of the classes is skipped, as is one with a probability that is NaN.</param>
    public void Add(ReadOnlySpan<float> probabilities, int label)
    {
        int best = 0;
        for (int k = 1; k < probabilities.Length; k++)
            best = probabilities[k] > probabilities[best] ? k : best;
        Add(probabilities.Contains(float.NaN) ? double.NaN : probabilities[best], label < 0 || label >= probabilities.Length ? null : label == best);
    }

    /// <summary>Adds a row.</summary>
    /// <param name="confidence">Any score by which rows are answered first to last, the surest highest; a row with NaN is skipped.</param>
    /// <param name="hit">Whether the answer is right; null for a row without a label, which is skipped.</param>
    public void Add(double confidence, bool? hit)
    {
        if (hit is not bool isHit || double.IsNaN(confidence))
        {
            _skipped++;
            return;
        }

        _confidences.Add(confidence);
        _hits.Add(isHit);
    }

    /// <summary>The metrics of the rows added so far.</summary>
    /// <exception cref="InvalidOperationException">No row could be evaluated.</exception>
    public SelectiveMetrics ToMetrics()
    {
        int count = _confidences.Count;
        if (count == 0)
            throw new InvalidOperationException($"There is no row to evaluate: {_skipped} rows were skipped because their label is missing or their confidence is not a number.");

        double[] confidences = [.. _confidences];
        bool[] hits = [.. _hits];
        Array.Sort(confidences, hits);
        Array.Reverse(confidences);
        Array.Reverse(hits);

        var curve = new List<RiskCoveragePoint>();
        double area = 0, generalizedArea = 0;
        long errors = 0;
        for (int start = 0; start < count;)
        {
            int end = start;
            long tiedErrors = 0;
            for (; end < count && confidences[end] == confidences[start]; end++)
                tiedErrors += hits[end] ? 0 : 1;

            // Tied rows may be answered in any order; on average their errors are spread evenly over them.
            double errorsPerRow = (double)tiedErrors / (end - start);
            for (int answered = start + 1; answered <= end; answered++)
                area += (errors + errorsPerRow * (answered - start)) / answered;

            // A trapezoid of the generalized risk.
            generalizedArea += (errors + tiedErrors / 2.0) * (end - start);
            errors += tiedErrors;
            curve.Add(new RiskCoveragePoint((double)end / count, (double)errors / end, confidences[start]));
            start = end;
        }

        area /= count;
        return new SelectiveMetrics
        {
            RowCount = count,
            SkippedRowCount = _skipped,
            ErrorRate = (double)errors / count,
            AreaUnderRiskCoverageCurve = area,
            ExcessAreaUnderRiskCoverageCurve = area - PerfectArea(count, errors),
            AreaUnderGeneralizedRiskCoverageCurve = generalizedArea / ((double)count * count),
            Curve = curve,
        };
    }

    /// <summary>The area when all right answers come before the first wrong one.</summary>
    private static double PerfectArea(int count, long errors)
    {
        double area = 0;
        for (long wrong = 1; wrong <= errors; wrong++)
            area += (double)wrong / (count - errors + wrong);
        return area / count;
    }
}
