using System.Xml.Linq;
using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Reporting.Html;

namespace Microsoft.ML.Jem.Reporting.Tests;

public sealed class JemReportTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void A_full_report_needs_nothing_but_itself()
    {
        JemReport report = JemReport.Create(_context, View(ScoredData.Rows()), Everything());
        XElement[] plots = SelfContained.Check(report.ToHtml());
        Assert.Equal(10, plots.Length);
        Assert.All(plots, plot => Assert.Contains(plot.Descendants(), element => element.Name.LocalName is "polyline" or "rect" or "path"));
        foreach (string heading in (string[])["Reliability", "Confusion matrix", "Energy", "Detecting unseen rows", "Training", "Samples", "Against an adversary"])
            Assert.Contains(heading, report.ToHtml());
    }

    [Fact]
    public void Headlines_say_what_the_metrics_say()
    {
        JemReport report = JemReport.Create(_context, View(ScoredData.Rows()), Everything());
        Dictionary<string, string> values = report.Headlines.ToDictionary(headline => headline.Name, headline => headline.Value);
        Assert.Equal("80.0\u00A0%", values["Accuracy"]);
        CalibrationMetrics metrics = _context.MulticlassClassification.EvaluateCalibration(View(ScoredData.Rows()));
        Assert.Equal(metrics.LogLoss.ToString("F3", System.Globalization.CultureInfo.InvariantCulture), values["Log-loss"]);
        Assert.Equal("5.0\u00A0%", values["False alarms"]);
        Assert.Contains("AUROC of OodScore", values.Keys);
        Assert.All(report.Headlines, headline => Assert.EndsWith(".", headline.Meaning));
    }

    [Fact]
    public void Scored_data_of_another_trainer_gives_a_report()
    {
        IDataView data = _context.Data.LoadFromEnumerable(ScoredData.Clouds());
        var pipeline = _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.MulticlassClassification.Trainers.LightGbm(numberOfIterations: 5));
        IDataView scored = pipeline.Fit(data).Transform(data);

        JemReport report = JemReport.Create(_context, scored, new JemReportOptions { Unseen = scored });
        string html = report.ToHtml();
        Assert.NotEmpty(SelfContained.Check(html));
        Assert.Contains("class &lt;0&gt;", html);
        Assert.Contains("AUROC of 1 − confidence", report.Headlines.Select(headline => headline.Name));
        Assert.DoesNotContain("OodScore", html);
    }

    [Fact]
    public void Rows_that_are_not_numbers_are_left_out_and_said_to_be()
    {
        ScoredData.Row[] rows = ScoredData.Rows();
        rows[3].Score = [float.NaN, 0.5f, 0.5f];
        rows[4].Energy = float.NaN;
        rows[5].Energy = float.PositiveInfinity;
        rows[6].OodScore = float.NaN;
        rows[7].Label = ScoredData.NoLabel;
        string html = JemReport.Create(_context, View(rows), Everything()).ToHtml();
        SelfContained.Check(html);
        Assert.Contains("2 rows were left out", html);
        Assert.DoesNotContain(">NaN", html);
    }

    [Fact]
    public void Rows_of_one_class_that_are_all_right_give_a_report()
    {
        ScoredData.Row[] rows = [.. Enumerable.Range(0, 5).Select(_ => new ScoredData.Row { Label = 1, Score = [0, 1, 0], Energy = 7, OodScore = 0 })];
        JemReport report = JemReport.Create(_context, View(rows), new JemReportOptions { Unseen = View(rows) });
        SelfContained.Check(report.ToHtml());
        Assert.Equal("0.500", report.Headlines.Single(headline => headline.Name.StartsWith("AUROC", StringComparison.Ordinal)).Value);
    }

    [Fact]
    public void Rows_without_labels_or_without_any_number_still_give_a_report()
    {
        ScoredData.Row[] rows = ScoredData.Rows();
        foreach (ScoredData.Row row in rows)
            row.Label = ScoredData.NoLabel;
        Assert.DoesNotContain(JemReport.Create(_context, View(rows)).Headlines, headline => headline.Name == "Accuracy");

        foreach (ScoredData.Row row in rows)
        {
            row.Score = [float.NaN, float.NaN, float.NaN];
            row.Energy = row.OodScore = float.NaN;
        }

        SelfContained.Check(JemReport.Create(_context, View(rows), new JemReportOptions { Unseen = View(rows) }).ToHtml());
        SelfContained.Check(JemReport.Create(_context, View([]), new JemReportOptions { Unseen = View([]) }).ToHtml());
    }

    [Fact]
    public void A_report_is_written_whole_in_place_of_an_older_one()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string path = Path.Combine(folder, "deep", "report.html");
            JemReport report = JemReport.Create(_context, View(ScoredData.Rows()));
            report.Save(path);
            File.WriteAllText(path, "older");
            report.Save(path);
            Assert.Equal(report.ToHtml(), File.ReadAllText(path));
            Assert.Equal([path], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Mistakes_are_reported_at_once()
    {
        var options = new JemReportOptions { Threshold = 1.5, NumberOfBins = 0, Title = null! };
        var error = Assert.Throws<ArgumentException>(() => JemReport.Create(_context, View(ScoredData.Rows()), options));
        Assert.All((string[])["Threshold", "NumberOfBins", "Title"], name => Assert.Contains(name, error.Message));
    }

    [Fact]
    public void Data_that_is_not_scored_is_refused_by_name()
    {
        IDataView data = _context.Data.LoadFromEnumerable(ScoredData.Clouds());
        Assert.Contains("'Score'", Assert.Throws<ArgumentException>(() => JemReport.Create(_context, data)).Message);
    }

    private JemReportOptions Everything() => new()
    {
        Title = "A <report> & more",
        Description = "Rows made by hand.",
        Uncalibrated = View(ScoredData.Rows(50)),
        Unseen = View(ScoredData.Rows(40, shift: 0.5f)),
        Training =
        [
            .. Enumerable.Range(1, 6).Select(epoch => new TrainingEpoch(epoch, 1.0 / epoch, epoch == 3 ? double.NaN : 1.5 / epoch, -epoch, -epoch - 0.1, Member: 1, Recovered: epoch == 4)),
            .. Enumerable.Range(1, 6).Select(epoch => new TrainingEpoch(epoch, 0.9 / epoch, 0, Member: 2)),
        ],
        Robustness = new RobustnessMetrics { Norm = AttackNorm.L2, RowCount = 60, Accuracy = 0.8, Curve = [new RobustnessPoint(0.1, 0.7), new RobustnessPoint(0.5, 0.1)] },
        Images = [new ImageGallery("Samples", "What the model imagines.", [ReportImage.FromPixels(new byte[64], 8, 8, "<0.1>")])],
    };

    private IDataView View(ScoredData.Row[] rows) => _context.Data.LoadFromEnumerable(rows);
}
