using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Jem;
using Microsoft.ML.Jem.Reporting;
using Microsoft.ML.Jem.Reporting.Html;

namespace Quickstart;

/// <summary>The report to look at.</summary>
internal static class Report
{
    private const int Shown = 14;

    public static JemReport Create(MLContext mlContext, JemTransformer model, IDataView known, IDataView unseen) =>
        JemReport.Create(mlContext, known, new JemReportOptions
        {
            Title = "Handwritten digits",
            Description = "Trained on images of 0 to 7. Measured on images of 0 to 7 that were kept back (known rows), and on images of 8 and 9, which the model never saw (unseen rows).",
            Uncalibrated = Results.Uncalibrated(mlContext, model, known),
            Unseen = unseen,
            Threshold = Results.Threshold,
            Training = TrainingEpoch.From(model.Model.TrainingHistory),
            Images =
            [
                Gallery("Most familiar digits", "Known rows with the lowest energy.", Rows(mlContext, known).OrderBy(row => row.Energy)),
                Gallery("Least familiar known digits", "Known rows with the highest OodScore: the first are false alarms.", Rows(mlContext, known).OrderByDescending(row => row.OodScore)),
                Gallery("Unseen digits it takes for known ones", "Images of 8 and 9 with the lowest OodScore: what detection misses.", Rows(mlContext, unseen).OrderBy(row => row.OodScore)),
            ],
        });

    private static ImageGallery Gallery(string title, string caption, IEnumerable<ScoredDigit> rows) => new(
        title, caption + " Below each its OodScore.",
        [.. rows.Take(Shown).Select(row => ReportImage.FromPixels(
            Array.ConvertAll(row.Features, value => (byte)(255 - value * 255 / 16)), 8, 8, row.OodScore.ToString("F3", CultureInfo.InvariantCulture)))]);

    private static IEnumerable<ScoredDigit> Rows(MLContext mlContext, IDataView scored) =>
        mlContext.Data.CreateEnumerable<ScoredDigit>(scored, reuseRowObject: false);

    private sealed class ScoredDigit
    {
        public float[] Features { get; set; } = [];

        public float Energy { get; set; }

        public float OodScore { get; set; }
    }
}
