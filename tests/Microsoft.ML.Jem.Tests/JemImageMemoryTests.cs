using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;

namespace Microsoft.ML.Jem.Tests;

public sealed class JemImageMemoryTests(ITestOutputHelper output) : TorchTest
{
    private const long Limit = 2L << 30;

    /// <summary>One Langevin step and one epoch: more of them take time, not memory.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public void Sixty_thousand_images_of_28_by_28_train_within_two_gigabytes()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(Images(60_000));
        var options = new JemTrainer.Options
        {
            Network = new WideResNet(10, 1, new ImageShape(1, 28, 28)),
            NumberOfEpochs = 1,
            SamplerSteps = 1,
            BatchSize = 128,
            InputNoise = 0.1,
        };

        using TransformerChain<JemTransformer> model = TestData.Pipeline(context, options).Fit(data);

        long peak = Process.GetCurrentProcess().PeakWorkingSet64;
        output.WriteLine($"Peak memory of the process: {peak / (1 << 20)} MB.");
        Assert.Equal(2, model.LastTransformer.Model.NumberOfClasses);
        Assert.InRange(peak, 1, Limit);
    }

    /// <summary>Lying and standing stripes with noise, made one at a time, as images read from files are.</summary>
    private static IEnumerable<Picture> Images(int count)
    {
        var random = new Random(1);
        for (int i = 0; i < count; i++)
        {
            var pixels = new float[784];
            for (int j = 0; j < pixels.Length; j++)
                pixels[j] = ((i % 2 == 0 ? j : j / 28) % 4 < 2 ? 160 : 40) + random.Next(0, 56);
            yield return new Picture { Label = i % 2 == 0 ? "standing" : "lying", Features = pixels };
        }
    }

    private sealed class Picture
    {
        public string Label { get; set; } = "";

        [VectorType(1, 28, 28)]
        public float[] Features { get; set; } = [];
    }
}
