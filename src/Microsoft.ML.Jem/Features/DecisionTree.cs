namespace Microsoft.ML.Jem.Features;

/// <summary>Where a classification tree cuts binned features, the best cut first.</summary>
internal static class DecisionTree
{
    private const int MostLeaves = 128, FewestRows = 5;

    /// <summary>Grows a tree and tells by how much each cut lowers the log-loss summed over rows.</summary>
    /// <param name="columns">The features.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="classCount">Number of classes K.</param>
    /// <param name="features">The features the tree may cut.</param>
    public static Dictionary<(int Feature, int Border), double> Cuts(BinnedColumn[] columns, int[] labels, int classCount, int[] features)
    {
        var cuts = new Dictionary<(int Feature, int Border), double>();
        var histogram = new int[BinnedColumn.MostBins * classCount];
        var leaves = new PriorityQueue<(int[] Rows, Cut Best), double>();
        Open([.. Enumerable.Range(0, labels.Length)]);
        for (int count = 1; count < MostLeaves && leaves.TryDequeue(out (int[] Rows, Cut Best) leaf, out _); count++)
        {
            (int feature, int border, double gain) = leaf.Best;
            cuts[(feature, border)] = cuts.GetValueOrDefault((feature, border)) + gain;
            byte[] bins = columns[feature].Bins;
            Open(Array.FindAll(leaf.Rows, row => bins[row] <= border));
            Open(Array.FindAll(leaf.Rows, row => bins[row] > border));
        }

        return cuts;

        void Open(int[] rows)
        {
            if (BestCut(rows) is { } best)
                leaves.Enqueue((rows, best), -best.Gain);
        }

        Cut? BestCut(int[] rows)
        {
            var total = new int[classCount];
            foreach (int row in rows)
                total[labels[row]]++;
            int present = total.Count(n => n > 0);
            if (present < 2 || rows.Length < 2 * FewestRows)
                return null;
            double own = total.Sum(NLogN) - NLogN(rows.Length);

            // The Bayesian information criterion: another set of class shares, and a border chosen among many.
            double price = (0.5 * (present - 1) * Math.Log(rows.Length)) + Math.Log((double)features.Length * BinnedColumn.MostBins);
            Cut? best = null;
            var left = new int[classCount];
            foreach (int feature in features)
            {
                (byte[] bins, int borders) = (columns[feature].Bins, columns[feature].Borders.Length);
                Array.Clear(histogram);
                foreach (int row in rows)
                    histogram[(bins[row] * classCount) + labels[row]]++;
                Array.Clear(left);
                int below = 0;
                for (int border = 0; border < borders; border++)
                {
                    int before = below;
                    for (int k = 0; k < classCount; k++)
                    {
                        int n = histogram[(border * classCount) + k];
                        left[k] += n;
                        below += n;
                    }

                    if (below == before || below < FewestRows || rows.Length - below < FewestRows)
                        continue;
                    double sum = -NLogN(below) - NLogN(rows.Length - below);
                    for (int k = 0; k < classCount; k++)
                        sum += NLogN(left[k]) + NLogN(total[k] - left[k]);
                    double gain = sum - own - price;
                    if (gain > (best?.Gain ?? 0))
                        best = new Cut(feature, border, gain);
                }
            }

            return best;
        }
    }

    private static double NLogN(int n) => n <= 1 ? 0 : n * Math.Log(n);

    private readonly record struct Cut(int Feature, int Border, double Gain);
}
