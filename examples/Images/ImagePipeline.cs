using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Jem;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Transforms.Image;

namespace Images;

/// <summary>From file names to a model.</summary>
internal static class ImagePipeline
{
    public static IEstimator<TransformerChain<JemTransformer>> Create(MLContext mlContext, ImageShape shape, JemTrainer.Options options)
    {
        // A grey image has the same value in all colours: one is enough.
        var colours = shape.Channels == 1 ? ImagePixelExtractingEstimator.ColorBits.Red : ImagePixelExtractingEstimator.ColorBits.Rgb;
        return mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadImages("Image", imageFolder: null, nameof(Picture.ImagePath)))
            .Append(mlContext.Transforms.ResizeImages("Image", shape.Width, shape.Height))
            .Append(mlContext.Transforms.ExtractPixels("Features", "Image", colours))
            .Append(mlContext.MulticlassClassification.Trainers.Jem(options));
    }
}
