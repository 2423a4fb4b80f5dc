using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;

namespace Microsoft.ML.Jem.Reporting.Plots;

public static partial class JemPlots
{
    // With more classes the numbers no longer fit into the cells, and colour alone speaks.
    private const int MostClassesWithNumbers = 14;
    private const int LongestName = 12;
    private const byte DarkestCell = 150;

    /// <summary>A confusion matrix: for each true class, where its rows went. Cells are shaded by the share of the true class.</summary>
    /// <param name="classNames">Names of the classes.</param>
    /// <param name="counts">Number of rows, [true class, predicted class].</param>
    /// <returns>The plot.</returns>
    /// <exception cref="ArgumentException">There is not one row and one column a class.</exception>
    public static PlotModel ConfusionMatrix(IReadOnlyList<string> classNames, long[,] counts)
    {
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentNullException.ThrowIfNull(counts);
        int size = classNames.Count;
        if (counts.GetLength(0) != size || counts.GetLength(1) != size)
            throw new ArgumentException($"A confusion matrix of {size} classes needs {size} × {size} counts, but has {counts.GetLength(0)} × {counts.GetLength(1)}.", nameof(counts));

        string[] names = [.. classNames.Select(Shorten)];
        CategoryAxis predicted = PlotStyle.Names("predicted class", names);
        CategoryAxis actual = PlotStyle.Names("true class", names);
        actual.StartPosition = 1;
        actual.EndPosition = 0;
        if (names.Any(name => name.Length > 3) && size > 3)
            predicted.Angle = -45;
        PlotModel plot = PlotStyle.Create(predicted, actual);
        for (int row = 0; row < size; row++)
        {
            long total = Enumerable.Range(0, size).Sum(column => counts[row, column]);
            for (int column = 0; column < size; column++)
            {
                if (counts[row, column] > 0)
                    plot.Annotations.Add(Cell(row, column, counts[row, column], total, size <= MostClassesWithNumbers));
            }
        }

        return plot;
    }

    private static RectangleAnnotation Cell(int row, int column, long count, long total, bool withNumber) => new()
    {
        MinimumX = column - 0.5,
        MaximumX = column + 0.5,
        MinimumY = row - 0.5,
        MaximumY = row + 0.5,

        // The root lets single mistakes be seen beside a full diagonal.
        Fill = OxyColor.FromAColor((byte)(DarkestCell * Math.Sqrt((double)count / total)), row == column ? PlotColors.Blue : PlotColors.Vermillion),
        Text = withNumber ? count.ToString(CultureInfo.InvariantCulture) : null,
        TextColor = PlotColors.Ink,
        FontSize = 12,
        Layer = AnnotationLayer.BelowSeries,
    };

    private static string Shorten(string name) => name.Length <= LongestName ? name : string.Concat(name.AsSpan(0, LongestName - 1), "…");
}
