using System.Text.Json;
using Images;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;

namespace Microsoft.ML.Jem.Reporting.Tests.Examples;

public sealed class ImagesTests : IDisposable
{
    private const int Side = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Two_classes_with_none_kept_back_leave_a_model_and_a_report()
    {
        WriteClasses("dark", "light");
        string json = Path.Combine(_folder, "results.json"), output = Path.Combine(_folder, "output");

        (int code, string text, string error) = ExampleProcess.Run("Images", "--data", Data, "--epochs", "1", "--output", output, "--json", json);

        Assert.True(code == 0, error);
        Assert.Contains("No class is kept from training.", text);
        Assert.True(File.Exists(Path.Combine(output, "report.html")));
        Assert.False(JsonDocument.Parse(File.ReadAllText(json)).RootElement.TryGetProperty("aurocOodScore", out _));
        using JemTransformer jem = new MLContext(1).Model.LoadVerified(Path.Combine(output, "model.zip"), out _).GetJemTransformer();
        Assert.Equal(["dark", "light"], jem.Model.ClassNames.Order());
        Assert.Equal(jem.CanSample, File.Exists(Path.Combine(output, "samples-by-class.png")));
        Assert.Equal(!jem.CanSample, text.Contains("No samples are drawn", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    public void Two_classes_at_least_are_trained_on(int classes, int keptBack)
    {
        WriteClasses([.. Enumerable.Range(0, classes).Select(i => $"class{i}")]);

        ImageFolder images = ImageFolder.Read(Data, unseen: null, size: null, int.MaxValue, seed: 1);

        Assert.Equal(classes - keptBack, images.Train.Select(picture => picture.Label).Distinct().Count());
        Assert.Equal(classes - keptBack, images.Test.Select(picture => picture.Label).Distinct().Count());
        Assert.Equal(keptBack, images.Unseen.Select(picture => picture.Label).Distinct().Count());
    }

    [Fact]
    public void None_are_kept_back_where_none_are_asked_for()
    {
        WriteClasses("a", "b", "c");

        Assert.Empty(new Arguments(["--unseen", "none"]).Unseen!);
        Assert.Empty(ImageFolder.Read(Data, unseen: [], size: null, int.MaxValue, seed: 1).Unseen);
    }

    [Fact]
    public void A_class_of_one_image_is_refused_before_training()
    {
        WriteClasses("a", "b");
        foreach (string file in Directory.GetFiles(Path.Combine(Data, "b")).Skip(1))
            File.Delete(file);

        string message = Assert.Throws<ArgumentException>(() => ImageFolder.Read(Data, unseen: null, size: null, int.MaxValue, seed: 1)).Message;

        Assert.Contains("'b' has one image only", message);
    }

    [Fact]
    public void A_model_that_cannot_sample_is_no_error()
    {
        var mlContext = new MLContext(1);
        IDataView data = mlContext.Data.LoadFromEnumerable(ScoredData.Clouds(30));
        using TransformerChain<JemTransformer> plain = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.Jem(new JemTrainer.Options { MarginalWeight = 0, NumberOfEpochs = 1 })).Fit(data);

        Assert.False(plain.LastTransformer.CanSample);
        Assert.Empty(Samples.Draw(plain.LastTransformer, _folder, zoom: 1, seed: 1));
        Assert.Throws<InvalidOperationException>(() => plain.LastTransformer.Sample(1, cancellationToken: TestContext.Current.CancellationToken));
    }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Ten noisy images per class, of another brightness each.</summary>
    private void WriteClasses(params string[] names)
    {
        var random = new Random(1);
        for (int k = 0; k < names.Length; k++)
        {
            string folder = Directory.CreateDirectory(Path.Combine(Data, names[k])).FullName;
            for (int i = 0; i < 10; i++)
            {
                float[] pixels = [.. Enumerable.Range(0, Side * Side).Select(_ => (200f * k / names.Length) + (50 * random.NextSingle()))];
                ImageGrid.Write(Path.Combine(folder, $"{i}.png"), [pixels], new ImageShape(1, Side, Side));
            }
        }
    }
}
