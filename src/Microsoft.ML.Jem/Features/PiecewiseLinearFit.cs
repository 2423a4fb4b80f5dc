namespace Microsoft.ML.Jem.Features;

/// <summary>
/// Finds the bins of a <see cref="PiecewiseLinearEncoding"/>: each feature alone is cut where a decision tree on the classes would cut
/// it, best cut first, as long as a cut tells more than chance (the Bayesian information criterion).
/// </summary>
internal static class PiecewiseLinearFit
{
    /// <summary>Rows looked at, at most.</summary>
    private const int MostRows = 10_000;

    /// <summary>Rows of a bin, at least.</summary>
    private const int FewestRows = 8;

    /// <summary>Narrowest bin, in standardised features: a steeper ramp would have a gradient that no sampler can follow.</summary>
    private const float Narrowest = 0.01f;

    /// <summary>Fits an encoding; null where no feature is worth cutting.</summary>
    /// <param name="rows">Training rows; those without a label are left out.</param>
    /// <param name="standardization">What is done to features first.</param>
    /// <param name="mostBins">Bins per feature, at most.</param>
    /// <param name="mostEntries">Entries in all, at most; the cuts that tell most are kept.</param>
    public static PiecewiseLinearEncoding? Fit(TrainingRows rows, Standardization standardization, int mostBins, int mostEntries)
    {
        int[] labelled = [.. Enumerable.Range(0, rows.Count).Where(row => rows.Labels[row] != TrainingRows.Unlabelled)];
        int count = Math.Min(labelled.Length, MostRows), width = rows.Features.Width;
        if (count < 2 * FewestRows)
            return null;
        var columns = new float[width][];
        for (int j = 0; j < width; j++)
            columns[j] = new float[count];
        var labels = new int[count];
        var values = new float[width];
        for (int i = 0; i < count; i++)
        {
            int row = labelled[(int)((long)i * labelled.Length / count)];
            labels[i] = rows.Labels[row];
            rows.Features.CopyRow(row, values);
            standardization.Apply(values);
            for (int j = 0; j < width; j++)
                columns[j][i] = values[j];
        }

        var cuts = new List<Cut>[width];
        Parallel.For(0, width, j => cuts[j] = new FeatureCuts(columns[j], (int[])labels.Clone(), rows.ClassCount).Find(mostBins));
        var kept = cuts.SelectMany((list, feature) => list.Select(cut => (Feature: feature, Cut: cut)))
            .OrderByDescending(entry => entry.Cut.Gain).Take(mostEntries).ToLookup(entry => entry.Feature, entry => entry.Cut);

        List<int> features = [];
        List<float> offsets = [], scales = [];
        foreach (IGrouping<int, Cut> group in kept.OrderBy(group => group.Key))
        {
            float[] borders = [.. group.Select(cut => cut.Border).Order(), columns[group.Key].Max()];
            for (int i = 0; i < borders.Length - 1; i++)
            {
                features.Add(group.Key);
                offsets.Add(borders[i]);
                scales.Add(1 / Math.Max(borders[i + 1] - borders[i], Narrowest));
            }
        }

        return features.Count == 0 ? null : new PiecewiseLinearEncoding([.. features], [.. offsets], [.. scales]);
    }

    /// <summary>Where a feature is cut.</summary>
    /// <param name="Border">Half way between the values on both sides.</param>
    /// <param name="Gain">By how much the cut lowers the log-loss, summed over rows, beyond what a cut by chance would.</param>
    private readonly record struct Cut(float Border, double Gain);

    /// <summary>The decision tree of one feature.</summary>
    private sealed class FeatureCuts
    {
        private readonly float[] _values;
        private readonly int[] _labels;
        private readonly int _classCount;
        private readonly double _price;

        public FeatureCuts(float[] values, int[] labels, int classCount)
        {
            (_values, _labels, _classCount) = ((float[])values.Clone(), labels, classCount);
            Array.Sort(_values, _labels);

            // Each cut brings one more set of class shares and its own place.
            int present = labels.Distinct().Count();
            _price = 0.5 * present * Math.Log(values.Length);
        }

        public List<Cut> Find(int mostBins)
        {
            List<Cut> cuts = [];
            if (!HasThreeValues())
                return cuts;
            var open = new PriorityQueue<(int Start, int At, int End, double Gain), double>();
            Open(0, _values.Length);
            while (cuts.Count < mostBins - 1 && open.TryDequeue(out (int Start, int At, int End, double Gain) best, out _))
            {
                cuts.Add(new Cut((_values[best.At - 1] + _values[best.At]) / 2, best.Gain));
                Open(best.Start, best.At);
                Open(best.At, best.End);
            }

            return cuts;

            void Open(int start, int end)
            {
                if (BestCut(start, end) is (var at, var gain))
                    open.Enqueue((start, at, end, gain), -gain);
            }
        }

        /// <summary>Two values need no bins: a linear layer can tell them apart.</summary>
        private bool HasThreeValues()
        {
            float other = Array.Find(_values, value => value != _values[0]);
            return other != _values[0] && other != _values[^1];
        }

        private (int At, double Gain)? BestCut(int start, int end)
        {
            var left = new int[_classCount];
            var right = new int[_classCount];
            for (int i = start; i < end; i++)
                right[_labels[i]]++;

            // Σ n·log n over classes − N·log N is the log-likelihood of the class shares; moving a row changes two terms of each side.
            double before = LogLikelihood(right, end - start), leftSum = 0, rightSum = right.Sum(NLogN), highest = 0;
            int at = -1;
            for (int i = start + 1; i < end; i++)
            {
                int label = _labels[i - 1];
                leftSum += NLogN(left[label] + 1) - NLogN(left[label]);
                left[label]++;
                rightSum += NLogN(right[label] - 1) - NLogN(right[label]);
                right[label]--;
                if (_values[i] == _values[i - 1] || i - start < FewestRows || end - i < FewestRows)
                    continue;
                double gain = leftSum - NLogN(i - start) + rightSum - NLogN(end - i) - before - _price;
                if (gain > highest)
                    (highest, at) = (gain, i);
            }

            return at < 0 ? null : (at, highest);
        }

        private static double LogLikelihood(int[] counts, int total) => counts.Sum(NLogN) - NLogN(total);

        private static double NLogN(int n) => n <= 1 ? 0 : n * Math.Log(n);
    }
}
