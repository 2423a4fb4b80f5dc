using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Reporting.Html;
using Microsoft.ML.Jem.Reporting.Plots;

namespace Microsoft.ML.Jem.Reporting;

/// <summary>
/// A report on a multiclass model, from its scored data: how often it is right, whether its probabilities can be taken at their word, whether it notices
/// rows it knows nothing about, and how it was trained. Works for the scored data of any trainer; columns that a trainer does not write are left out.
/// </summary>
/// <example>
/// <code>
/// JemReport.Create(mlContext, model.Transform(test), new JemReportOptions { Unseen = model.Transform(others) }).Save("report.html");
/// </code>
/// </example>
public sealed class JemReport
{
    private readonly HtmlPage _page;

    private JemReport(HtmlPage page, IReadOnlyList<Headline> headlines)
    {
        _page = page;
        Headlines = headlines;
    }

    /// <summary>The numbers at the top of the report.</summary>
    public IReadOnlyList<Headline> Headlines { get; }

    /// <summary>Evaluates scored rows and puts the report together.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="scored">Scored rows like the training data, which the model was not trained on.</param>
    /// <param name="options">What else goes into the report; null for the rows alone.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">A column of probabilities is missing, or an option is invalid.</exception>
    public static JemReport Create(MLContext mlContext, IDataView scored, JemReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        ArgumentNullException.ThrowIfNull(scored);
        options ??= new JemReportOptions();
        options.Validate();

        ReportMeasurements measured = ReportMeasurements.Of(mlContext.MulticlassClassification, scored, options);
        var page = new HtmlPage(options.Title);
        if (options.Description.Length > 0)
            page.AddParagraph(options.Description);
        Headline[] headlines = [.. ReportHeadlines.Of(measured, options)];
        page.AddHeadlines(headlines);
        AddAnswers(page, measured);
        AddFamiliarity(page, measured, options);
        AddTraining(page, options.Training);
        AddImages(page, options.Images);
        page.AddFooter(Footer(measured));
        return new JemReport(page, headlines);
    }

    /// <summary>The report as one HTML page.</summary>
    public string ToHtml() => _page.ToString();

    /// <summary>Writes the report: the file is there whole or not at all, and an older one is replaced.</summary>
    /// <param name="path">Where; missing folders are made.</param>
    public void Save(string path) => _page.Save(path);

    private static void AddAnswers(HtmlPage page, ReportMeasurements measured)
    {
        if (measured.Calibration is not { } calibration)
            return;

        page.AddHeading("Answers and their probabilities");
        page.AddPlot(
            "Reliability",
            JemPlots.Reliability(calibration, measured.Uncalibrated),
            "Rows are gathered by how sure the model is. On the diagonal, answers given with 80 % confidence are right 80 % of the time; below it the model is too sure of itself. Larger dots stand for more rows.");
        page.AddPlot(
            "Confusion matrix",
            JemPlots.ConfusionMatrix(measured.Known.ClassNames, measured.Known.Confusion),
            "Number of rows of each true class by the class the model chose. Blue is right, orange is wrong; the stronger, the larger the share of the true class.");
        if (measured.Selective is { } selective)
        {
            page.AddPlot(
                "Answering only the surest rows",
                JemPlots.RiskCoverage(selective),
                "Share of wrong answers when the model declines the rows it is least sure of. The lower on the left, the better confidence tells right from wrong.");
        }

        if (measured.Robustness is { } robustness)
        {
            page.AddPlot(
                "Against an adversary",
                JemPlots.Robustness(robustness),
                $"Accuracy on {robustness.RowCount} rows while an adversary who knows the model may move each row by ε (projected gradient descent). A measurement of this attack, not a promise about others.");
        }
    }

    private static void AddFamiliarity(HtmlPage page, ReportMeasurements measured, JemReportOptions options)
    {
        page.AddHeading("Known and unseen rows");
        foreach (MeasuredScore score in measured.Scores)
        {
            page.AddPlot(
                score.Title,
                JemPlots.ScoreHistogram(score.Name, score.Known, score.Unseen, score.Threshold, score.ThresholdName),
                score.Caption);
        }

        (string, OutOfDistributionMetrics)[] curves = [.. measured.Scores.Where(score => score.Metrics is not null).Select(score => (score.Name, score.Metrics!))];
        if (curves.Length > 0)
        {
            page.AddPlot(
                "Detecting unseen rows",
                JemPlots.Roc(curves),
                "Each point is a threshold: how many unseen rows it detects, and how many known rows it flags in error. In brackets the area under the curve: 1 is perfect, 0.5 is chance.");
        }
        else if (options.Unseen is null)
        {
            page.AddParagraph("No rows unlike the training data were given, so detection was not measured.");
        }
    }

    private static void AddTraining(HtmlPage page, IReadOnlyList<TrainingEpoch> epochs)
    {
        if (epochs.Count == 0)
            return;

        int members = epochs.Select(epoch => epoch.Member).Distinct().Count();
        int recoveries = epochs.Count(epoch => epoch.Recovered);
        page.AddHeading("Training");
        page.AddPlot(
            "Loss",
            JemPlots.TrainingLoss(epochs),
            $"Mean −log of the true class's probability, epoch by epoch; lower is better.{(members > 1 ? $" One line for each of {members} networks, whose probabilities are averaged." : "")}"
            + (recoveries == 0 ? " Training needed no recovery." : $" Training diverged {recoveries} times and went on from an earlier state; lines mark these epochs."));
        if (epochs.Any(epoch => double.IsFinite(epoch.DataEnergy)))
        {
            page.AddPlot(
                "Energy of training rows and of samples",
                JemPlots.TrainingEnergy(epochs),
                "While training is sound, the sampler's rows have about the energy of real ones. A gap that grows and stays says that the sampler lost touch.");
        }
    }

    private static void AddImages(HtmlPage page, IReadOnlyList<ImageGallery> galleries)
    {
        if (galleries.Count > 0)
            page.AddHeading("Images");
        foreach (ImageGallery gallery in galleries)
            page.AddImages(gallery);
    }

    private static string Footer(ReportMeasurements measured)
    {
        long skipped = measured.Calibration?.SkippedRowCount ?? 0;
        string left = skipped == 0 ? "" : $" {skipped} rows were left out of the answers' measures because their label is missing or a probability is not a number.";
        return $"{measured.Known.Confidences.Count} known rows{(measured.Unseen is { } unseen ? $" and {unseen.Confidences.Count} unseen rows" : "")} were scored.{left} Made with Microsoft.ML.Jem.Reporting.";
    }
}
