using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Jem;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Reporting;
using Microsoft.ML.Jem.Reporting.Html;

namespace Images;

/// <summary>The report to look at.</summary>
internal static class Report
{
    public static JemReport Create(
        MLContext mlContext, JemTransformer model, ImageShape shape, IDataView known, IDataView? unseen, float[][] samples, Likelihood likelihood) =>
        JemReport.Create(mlContext, known, new JemReportOptions
        {
            Title = "Images",
            Description = "Measured on images of known classes that were kept back, and, where there are any, on images of classes that training never sees (unseen rows).",
            Uncalibrated = Results.Uncalibrated(mlContext, model, known),
            Unseen = unseen,
            Threshold = Results.Threshold,
            Training = TrainingEpoch.From(model.Model.TrainingHistory),
            Images =
            [
                .. OfClasses(model, shape, samples),
                Gallery("Most likely images", likelihood.Images[..likelihood.Most.Length], likelihood.Most, shape),
                Gallery("Least likely images", likelihood.Images[likelihood.Most.Length..], likelihood.Least, shape),
            ],
        });

    private static IEnumerable<ImageGallery> OfClasses(JemTransformer model, ImageShape shape, float[][] samples)
    {
        if (samples.Length > 0)
        {
            yield return new ImageGallery(
                "Samples of each class", "What the model draws when asked for a class.",
                [.. samples.Select((sample, i) => ReportImage.FromFeatures(sample, shape, model.Model.ClassNames[i * model.Model.NumberOfClasses / samples.Length]))]);
        }
    }

    private static ImageGallery Gallery(string title, float[][] images, float[] energies, ImageShape shape) => new(
        title, "Test images of known classes; below each its energy, lower being more like the training data.",
        [.. images.Zip(energies, (image, energy) => ReportImage.FromFeatures(image, shape, energy.ToString("F1", CultureInfo.InvariantCulture)))]);
}
