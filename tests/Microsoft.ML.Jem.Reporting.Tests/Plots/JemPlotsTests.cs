using System.Xml.Linq;
using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Reporting.Plots;
using OxyPlot;
using OxyPlot.Series;

namespace Microsoft.ML.Jem.Reporting.Tests.Plots;

public sealed class JemPlotsTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void The_reliability_diagram_shows_each_bin_that_has_rows()
    {
        CalibrationMetrics metrics = _context.MulticlassClassification.EvaluateCalibration(_context.Data.LoadFromEnumerable(ScoredData.Rows()));
        PlotModel plot = JemPlots.Reliability(metrics);
        ScatterSeries dots = Assert.Single(plot.Series.OfType<ScatterSeries>());
        Assert.Contains(metrics.Bins, bin => bin.Count == 0);
        Assert.Equal(metrics.Bins.Where(bin => bin.Count > 0).Select(bin => bin.Accuracy), dots.Points.Select(point => point.Y));
        Assert.Equal(2, JemPlots.Reliability(metrics, metrics).Series.OfType<ScatterSeries>().Count());
        Draw(plot);
    }

    [Fact]
    public void Bars_of_a_histogram_hold_every_finite_row_once()
    {
        double[] known = [.. Enumerable.Range(0, 1000).Select(i => Math.Sin(i)), 1e9, double.NaN, double.PositiveInfinity];
        PlotModel plot = JemPlots.ScoreHistogram("Energy", known, [2, 2.5, double.NaN], 1.5, "threshold");
        RectangleBarSeries[] groups = [.. plot.Series.OfType<RectangleBarSeries>()];
        Assert.Equal(["known rows", "unseen rows"], groups.Select(group => group.Title));
        Assert.All(groups, group => Assert.Equal(1, group.Items.Sum(bar => bar.Y1), 1e-9));
        Assert.True(groups[0].Items.Max(bar => bar.X1) < 3, "One far row must not squeeze all others into one bar.");
        Assert.Single(plot.Annotations);
        Draw(plot);
    }

    [Theory]
    [InlineData]
    [InlineData(3.0)]
    [InlineData(3.0, 3.0, 3.0)]
    [InlineData(1e300, -1e300)]
    [InlineData(double.NaN)]
    public void Histograms_of_few_or_equal_rows_can_be_drawn(params double[] scores) => Draw(JemPlots.ScoreHistogram("score", scores, scores, scores.FirstOrDefault()));

    [Fact]
    public void The_area_below_the_drawn_ROC_curve_is_the_AUROC()
    {
        OutOfDistributionMetrics metrics = OutOfDistributionMetrics.Of([0.1, 0.2, 0.2, 0.7], [0.2, 0.6, 0.9]);
        LineSeries line = JemPlots.Roc([("score", metrics)]).Series.OfType<LineSeries>().First();
        double area = line.Points.Zip(line.Points.Skip(1), (a, b) => (b.X - a.X) * (a.Y + b.Y) / 2).Sum();
        Assert.Equal(metrics.AreaUnderRocCurve, area, 1e-12);
        Assert.Equal(new DataPoint(1, 1), line.Points[^1]);
        Assert.Contains("0.750", line.Title);
    }

    [Fact]
    public void Cells_of_a_confusion_matrix_hold_its_counts()
    {
        PlotModel plot = JemPlots.ConfusionMatrix(["a", "a very long name indeed", "c"], new long[,] { { 5, 1, 0 }, { 0, 7, 0 }, { 0, 0, 0 } });
        Assert.Equal(["5", "1", "7"], plot.Annotations.Cast<OxyPlot.Annotations.RectangleAnnotation>().Select(cell => cell.Text));
        Draw(plot);
        Draw(JemPlots.ConfusionMatrix([.. Enumerable.Range(0, 40).Select(k => $"k{k}")], new long[40, 40]));
        Assert.Throws<ArgumentException>(() => JemPlots.ConfusionMatrix(["a"], new long[2, 2]));
    }

    [Fact]
    public void Training_curves_mark_recoveries_and_leave_gaps()
    {
        TrainingEpoch[] epochs = [new(1, 2, double.NaN, -1, -1), new(2, double.PositiveInfinity, 0.5, -2, double.NaN, Recovered: true), new(3, 0.5, 0, -3, -3)];
        PlotModel loss = JemPlots.TrainingLoss(epochs);
        Assert.Equal(2, Assert.IsType<OxyPlot.Annotations.LineAnnotation>(Assert.Single(loss.Annotations)).X);
        Assert.Equal([2, double.NaN, 0.5], loss.Series.OfType<LineSeries>().First().Points.Select(point => point.Y));
        Draw(loss);
        Draw(JemPlots.TrainingEnergy(epochs));
        Draw(JemPlots.TrainingLoss([]));
    }

    [Fact]
    public void A_history_is_split_by_member_and_says_where_training_recovered()
    {
        Training.TrainingProgress Progress(int member, int recoveries) =>
            new(1, 4, member, 1, 0, 0, 0, 0.5, 1, recoveries, TimeSpan.Zero, TimeSpan.Zero);
        IReadOnlyList<TrainingEpoch> epochs = TrainingEpoch.From([Progress(1, 0), Progress(1, 1), Progress(2, 0), Progress(2, 0)]);
        Assert.Equal([(1, 1, false), (1, 2, true), (2, 1, false), (2, 2, false)], epochs.Select(epoch => (epoch.Member, epoch.Epoch, epoch.Recovered)));
    }

    [Fact]
    public void Risk_and_robustness_curves_can_be_drawn_where_nothing_is_wrong()
    {
        Draw(JemPlots.RiskCoverage(new SelectiveMetrics { RowCount = 2, Curve = [new RiskCoveragePoint(1, 0, 0.9)] }));
        Draw(JemPlots.Robustness(new RobustnessMetrics { RowCount = 2, Accuracy = 1, Curve = [new RobustnessPoint(0.1, 1)] }));
    }

    private static void Draw(PlotModel plot)
    {
        XElement svg = XElement.Parse(plot.ToSvg());
        Assert.Equal("svg", svg.Name.LocalName);
        Assert.DoesNotContain(svg.Descendants().Attributes(), attribute => attribute.Value.Contains("NaN", StringComparison.Ordinal));
    }
}
