using System.Numerics.Tensors;

namespace Microsoft.ML.Jem.Features;

/// <summary>How far apart neighbouring rows lie, which says how much noise a row can take before it turns into another.</summary>
internal static class NeighbourDistance
{
    private const int MostRows = 3000, MostQueries = 500, MostValues = 1 << 24;

    /// <summary>Half of the median distance to the nearest other row, along one feature; between 0.05 and 0.3.</summary>
    /// <remarks>Fixed noise of 0.3 costs points of accuracy where classes lie close; less than 0.05 does nothing.</remarks>
    public static double InputNoise(FeatureMatrix rows, Standardization standardization)
    {
        const double Lowest = 0.05, Highest = 0.3;
        return rows.RowCount < 2
            ? Highest
            : Math.Clamp(0.5 * Median(rows, standardization) / Math.Sqrt(rows.Width), Lowest, Highest);
    }

    /// <summary>The median, over some rows, of the distance to the nearest of other rows, in standardised features.</summary>
    public static double Median(FeatureMatrix rows, Standardization standardization)
    {
        int count = Math.Min(rows.RowCount, Math.Max(2, RowBudget.Rows(rows.Width, MostRows, MostValues)));
        var values = new float[count * rows.Width];
        for (int i = 0; i < count; i++)
            rows.CopyRow((int)((long)i * rows.RowCount / count), values.AsSpan(i * rows.Width, rows.Width));
        standardization.Apply(values);

        int queries = Math.Min(count, MostQueries);
        var distances = new double[queries];
        Parallel.For(0, queries, q =>
        {
            int own = (int)((long)q * count / queries);
            ReadOnlySpan<float> row = values.AsSpan(own * rows.Width, rows.Width);
            float nearest = float.PositiveInfinity;
            for (int i = 0; i < count; i++)
            {
                if (i != own)
                    nearest = MathF.Min(nearest, TensorPrimitives.Distance(row, values.AsSpan(i * rows.Width, rows.Width)));
            }

            distances[q] = nearest;
        });
        Array.Sort(distances);
        return distances[queries / 2];
    }
}
