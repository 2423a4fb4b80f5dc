using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Training;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Jem.Tests.Images;

/// <summary>A folder of small PNG files of two classes, lying and standing stripes, deleted in the end.</summary>
internal sealed class ImageFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("jem-images-").FullName;

    public ImageFolder(int imagesPerClass = 9, int side = 8, bool colour = false)
    {
        for (int i = 0; i < 2 * imagesPerClass; i++)
            Add(i % 2 == 0 ? "lying" : "standing", side, side, colour);
    }

    public List<Picture> Pictures { get; } = [];

    /// <summary>Adds an image to a class; returns its path.</summary>
    public string Add(string label, int width, int height, bool colour = false)
    {
        var random = new Random(Pictures.Count);
        int channels = colour ? 3 : 1;
        var pixels = new byte[width * height * channels];
        for (int i = 0; i < pixels.Length; i++)
        {
            int position = label == "lying" ? i / channels / width : i / channels % width;
            int light = (position + (i % channels)) % 2 == 0 ? 200 : 20;
            pixels[i] = (byte)(light + random.Next(-20, 21));
        }

        // The whole range, so that every training set has it.
        (pixels[0], pixels[^1]) = (0, 255);
        if (channels == 3)
            pixels.AsSpan(0, 3).Clear();
        string path = NextPath();
        using (FileStream file = File.Create(path))
            PngFile.Write(file, width, height, channels, pixels);
        Pictures.Add(new Picture { Label = label, ImagePath = path });
        return path;
    }

    /// <summary>Adds a file of these bytes to a class; returns its path.</summary>
    public string Add(string label, byte[] content)
    {
        string path = NextPath();
        File.WriteAllBytes(path, content);
        Pictures.Add(new Picture { Label = label, ImagePath = path });
        return path;
    }

    public IDataView Read(MLContext context) => context.Data.LoadFromEnumerable(Pictures);

    /// <summary>A network that takes the images and trains in a few seconds.</summary>
    public static JemTrainer.Options Options(int channels, string featureColumn = "Features") => new()
    {
        Network = new WideResNet(10, 1, new ImageShape(channels, 8, 8)),
        FeatureColumnName = featureColumn,
        Seed = 1,
        NumberOfEpochs = 1,
        BatchSize = 12,
        BufferSize = 64,
        SamplerSteps = 1,
        Decay = LearningRateDecay.None,
    };

    public static IEstimator<ITransformer> Load(MLContext context) => context.Transforms.Conversion.MapValueToKey("Label")
        .Append(context.Transforms.LoadImages("Image", imageFolder: null, inputColumnName: nameof(Picture.ImagePath)));

    public static IEstimator<ITransformer> LoadAndExtract(MLContext context, bool interleaved = false, float scale = 1, float offset = 0, bool floats = true) => Load(context)
        .Append(context.Transforms.ResizeImages("Image", 8, 8))
        .Append(context.Transforms.ExtractPixels("Features", "Image", interleavePixelColors: interleaved, scaleImage: scale, offsetImage: offset, outputAsFloatArray: floats,
            orderOfExtraction: ImagePixelExtractingEstimator.ColorsOrder.ARGB));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string NextPath() => Path.Combine(_folder, $"{Pictures.Count:d3}.png");

    public sealed class Picture
    {
        public string Label { get; set; } = "";

        public string ImagePath { get; set; } = "";
    }
}
