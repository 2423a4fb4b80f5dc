using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Tests.Images;

namespace Microsoft.ML.Jem.Tests;

public sealed class JemImageTests : TorchTest
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void An_image_column_gives_the_scores_of_its_extracted_pixels()
    {
        using var folder = new ImageFolder(colour: true);
        IDataView data = folder.Read(_context);
        using var extracted = Fit(ImageFolder.LoadAndExtract(_context), ImageFolder.Options(3), data);
        using var direct = Fit(ImageFolder.Load(_context), ImageFolder.Options(3, "Image"), data);

        Assert.Equal(Scores(extracted, data), Scores(direct, data));
        Assert.Equal(PixelOrder.Planar, direct.LastTransformer.Model.Image!.Order);
    }

    [Fact]
    public void A_model_of_images_is_saved_and_loaded_and_predicts_single_images()
    {
        using var folder = new ImageFolder();
        IDataView data = folder.Read(_context);
        using var model = Fit(ImageFolder.Load(_context), ImageFolder.Options(1, "Image"), data);
        using var stream = new MemoryStream();
        _context.Model.Save(model, data.Schema, stream);
        stream.Position = 0;

        var other = new MLContext();
        ITransformer loaded = other.Model.Load(stream, out _);

        float[] expected = Scores(model, data);
        Assert.Equal(expected, Scores(loaded, data));
        using var engine = other.Model.CreatePredictionEngine<ImageFolder.Picture, TestData.Scored>(loaded);
        for (int i = 0; i < 3; i++)
            Near.Equal(expected[(2 * i)..((2 * i) + 2)], engine.Predict(folder.Pictures[i]).Score, 1e-6, 1e-6);
    }

    [Fact]
    public void A_model_of_images_read_from_ONNX_scores_images_and_draws_the_same_samples()
    {
        using var folder = new ImageFolder();
        IDataView data = folder.Read(_context);
        using var trained = Fit(ImageFolder.Load(_context), ImageFolder.Options(1, "Image"), data);
        using var stream = new MemoryStream();
        trained.LastTransformer.ExportToOnnx(stream, new JemOnnxExportOptions { IncludeSampler = true });
        stream.Position = 0;
        using JemTransformer model = JemTransformer.FromOnnx(_context, stream);

        IDataView images = ImageFolder.Load(_context).Fit(data).Transform(data);
        Assert.Equal(Scores(trained, data), Scores(model, images));
        float[][] expected = trained.LastTransformer.Sample(3, "lying", steps: 2, seed: 1, cancellationToken: TestContext.Current.CancellationToken);
        float[][] samples = model.Sample(3, "lying", steps: 2, seed: 1, cancellationToken: TestContext.Current.CancellationToken);
        Near.Equal([.. expected.SelectMany(row => row)], [.. samples.SelectMany(row => row)], 1e-3, 1e-5);
    }

    [Fact]
    public void Interleaved_pixels_are_recognised_by_the_dimensions_of_their_column()
    {
        using var folder = new ImageFolder(colour: true);
        IDataView data = folder.Read(_context);
        using var model = Fit(ImageFolder.LoadAndExtract(_context, interleaved: true), ImageFolder.Options(3), data);

        Assert.Equal(PixelOrder.Interleaved, model.LastTransformer.Model.Image!.Order);
        float[] expected = Scores(model, data);
        IDataView images = ImageFolder.Load(_context).Append(_context.Transforms.CopyColumns("Features", "Image")).Fit(data).Transform(data);
        float[] ofImages = [.. TestData.Read(_context, model.LastTransformer.Transform(images)).SelectMany(row => row.Score)];
        Assert.Equal(expected, ofImages);
    }

    [Theory]
    [InlineData(1f / 255, 0f)]
    [InlineData(1f / 127.5f, 127.5f)]
    public void The_scale_of_the_pixels_makes_no_difference(float scale, float offset)
    {
        using var folder = new ImageFolder(colour: true);
        IDataView data = folder.Read(_context);
        using var plain = Fit(ImageFolder.LoadAndExtract(_context), ImageFolder.Options(3), data);
        using var scaled = Fit(ImageFolder.LoadAndExtract(_context, scale: scale, offset: offset), ImageFolder.Options(3), data);
        Near.Equal(Scores(plain, data), Scores(scaled, data), 1e-3, 0);
    }

    [Fact]
    public void Pixels_extracted_as_bytes_give_the_scores_of_floats()
    {
        using var folder = new ImageFolder(colour: true);
        IDataView data = folder.Read(_context);
        using var floats = Fit(ImageFolder.LoadAndExtract(_context), ImageFolder.Options(3), data);
        using var bytes = Fit(ImageFolder.LoadAndExtract(_context, floats: false), ImageFolder.Options(3), data);
        Assert.Equal(Scores(floats, data), Scores(bytes, data));
    }

    [Fact]
    public void A_corrupt_file_is_named_in_training_and_in_scoring()
    {
        using var folder = new ImageFolder();
        using var model = Fit(ImageFolder.Load(_context), ImageFolder.Options(1, "Image"), folder.Read(_context));
        string path = folder.Add("lying", [1, 2, 3, 4]);
        IDataView data = folder.Read(_context);

        var training = Assert.Throws<InvalidOperationException>(() => Fit(ImageFolder.Load(_context), ImageFolder.Options(1, "Image"), data));
        Assert.Contains(path, training.Message);
        var extracting = Assert.Throws<InvalidOperationException>(() => Fit(ImageFolder.LoadAndExtract(_context), ImageFolder.Options(3), data));
        Assert.Contains(path, extracting.Message);
        var scoring = Assert.Throws<InvalidOperationException>(() => Scores(model, data));
        Assert.Contains(path, scoring.ToString());
    }

    [Fact]
    public void A_corrupt_file_is_named_where_its_pixels_are_extracted_before_scoring()
    {
        using var folder = new ImageFolder(colour: true);
        using var model = Fit(ImageFolder.LoadAndExtract(_context), ImageFolder.Options(3), folder.Read(_context));
        string path = folder.Add("lying", [1, 2, 3, 4]);
        var error = Assert.Throws<InvalidOperationException>(() => Scores(model, folder.Read(_context)));
        Assert.Contains(path, error.ToString());
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = new ImageFolder();
        string path = folder.Add("lying", []);
        File.Delete(path);
        var error = Assert.Throws<InvalidOperationException>(() => Fit(ImageFolder.Load(_context), ImageFolder.Options(1, "Image"), folder.Read(_context)));
        Assert.Contains(path, error.Message);
    }

    [Fact]
    public void A_row_without_an_image_is_left_out()
    {
        using var folder = new ImageFolder();
        folder.Pictures.Add(new ImageFolder.Picture { Label = "lying" });
        IDataView data = folder.Read(_context);
        using var model = Fit(ImageFolder.Load(_context), ImageFolder.Options(1, "Image"), data);
        float[] scores = Scores(model, data);
        Assert.All(scores[..^2], score => Assert.InRange(score, 0, 1));
        Assert.All(scores[^2..], score => Assert.Equal(float.NaN, score));
    }

    [Fact]
    public void An_image_of_another_size_is_named_with_both_sizes()
    {
        using var folder = new ImageFolder();
        string path = folder.Add("lying", 11, 9);
        var error = Assert.Throws<InvalidOperationException>(() => Fit(ImageFolder.Load(_context), ImageFolder.Options(1, "Image"), folder.Read(_context)));
        Assert.Contains(path, error.Message);
        Assert.Contains("11 × 9 pixels", error.Message);
        Assert.Contains("takes 8 × 8", error.Message);
    }

    [Fact]
    public void A_colour_image_among_grey_ones_is_named()
    {
        using var folder = new ImageFolder();
        string path = folder.Add("lying", 8, 8, colour: true);
        var error = Assert.Throws<InvalidOperationException>(() => Fit(ImageFolder.Load(_context), ImageFolder.Options(1, "Image"), folder.Read(_context)));
        Assert.Contains(path, error.Message);
        Assert.Contains("ConvertToGrayscale", error.Message);
    }

    [Fact]
    public void A_grey_image_among_colour_ones_is_read_as_a_colour_image_without_colours()
    {
        using var folder = new ImageFolder(colour: true);
        folder.Add("lying", 8, 8);
        IDataView data = folder.Read(_context);
        using var model = Fit(ImageFolder.Load(_context), ImageFolder.Options(3, "Image"), data);
        Assert.All(Scores(model, data), score => Assert.InRange(score, 0, 1));
    }

    [Fact]
    public void A_single_image_in_a_class_is_trained_on_and_one_in_each_is_too_few()
    {
        using var folder = new ImageFolder();
        folder.Add("single", 8, 8);
        using var model = Fit(ImageFolder.Load(_context), ImageFolder.Options(1, "Image"), folder.Read(_context));
        Assert.Equal(3, model.LastTransformer.Model.NumberOfClasses);

        using var tiny = new ImageFolder(imagesPerClass: 1);
        var error = Assert.Throws<InvalidOperationException>(() => Fit(ImageFolder.Load(_context), ImageFolder.Options(1, "Image"), tiny.Read(_context)));
        Assert.Contains("two labelled rows", error.Message);
    }

    [Fact]
    public void A_vector_of_another_size_is_refused_with_the_shape()
    {
        IDataView data = _context.Data.LoadFromEnumerable(TestData.Clouds(5));
        var error = Assert.Throws<InvalidOperationException>(() =>
            _context.Transforms.Conversion.MapValueToKey("Label").Append(_context.MulticlassClassification.Trainers.Jem(ImageFolder.Options(3))).Fit(data));
        Assert.Contains("3 × 8 × 8", error.Message);
        Assert.Contains("192 values", error.Message);
        Assert.Contains("'Features' has the dimensions 4", error.Message);
    }

    [Fact]
    public void A_network_for_vectors_refuses_images_and_says_what_to_do()
    {
        using var folder = new ImageFolder(imagesPerClass: 2);
        var error = Assert.ThrowsAny<ArgumentException>(() => Fit(ImageFolder.Load(_context), new JemTrainer.Options { FeatureColumnName = "Image" }, folder.Read(_context)));
        Assert.Contains("Image", error.Message);
        Assert.Contains("Vector", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Resized_images_of_another_size_are_refused_before_any_is_read()
    {
        using var folder = new ImageFolder(imagesPerClass: 2);
        IEstimator<ITransformer> resized = ImageFolder.Load(_context).Append(_context.Transforms.ResizeImages("Image", 10, 12));
        var error = Assert.ThrowsAny<ArgumentException>(() => Fit(resized, ImageFolder.Options(1, "Image"), folder.Read(_context)));
        Assert.Contains("8 × 8", error.Message);
        Assert.Contains("10 × 12", error.Message);
    }

    private TransformerChain<JemTransformer> Fit(IEstimator<ITransformer> images, JemTrainer.Options options, IDataView data) =>
        images.Append(_context.MulticlassClassification.Trainers.Jem(options)).Fit(data);

    private float[] Scores(ITransformer model, IDataView data) =>
        [.. TestData.Read(_context, model.Transform(data)).SelectMany(row => row.Score)];
}
