using Microsoft.ML.Jem.Energy;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Training;
using TorchSharp;

namespace Microsoft.ML.Jem.Fitting;

/// <summary>Fits the reference measure to the rows of a training, in memory that does not grow with them.</summary>
internal static class TrainingDensity
{
    /// <summary>Rows that are looked at, at most, and values of theirs that are held at a time: 32 megabytes.</summary>
    private const int MostRows = 20_000, MostValues = 1 << 23;

    /// <summary>Fits the measure to evenly spaced rows.</summary>
    /// <param name="rows">The rows of the training.</param>
    /// <param name="standardization">What is done to their features first.</param>
    /// <exception cref="ArgumentException">No row that is looked at has a label.</exception>
    public static ReferenceMeasure Fit(TrainingRows rows, Standardization standardization)
    {
        int width = rows.Features.Width;
        if (width <= ReferenceMeasureFit.WidestFull)
        {
            int[] chosen = RowBudget.Spread(rows.Count, RowBudget.Rows(width, MostRows, MostValues));
            using torch.Tensor features = RowTensors.Features(rows.Features, chosen, standardization, torch.CPU);
            return ReferenceMeasureFit.Fit(features, Array.ConvertAll(chosen, row => rows.Labels[row]), rows.ClassCount);
        }

        var fit = new DiagonalFit(width, rows.ClassCount);
        var values = new float[width];
        foreach (int row in RowBudget.Spread(rows.Count, MostRows))
        {
            rows.Features.CopyRow(row, values);
            standardization.Apply(values);
            fit.Add(values, rows.Labels[row]);
        }

        return fit.ToMeasure(ReferenceMeasureFit.SmallestShareOfVariance);
    }
}
