using Microsoft.ML.Data;

namespace Microsoft.ML.Jem.Tests.Reliability;

/// <summary>What a number of threads does to a model; docs/reliability.md has what was measured.</summary>
[Trait("Category", "Long")]
public sealed class ThreadCountTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_same_number_of_threads_gives_the_same_model(int threads) => Assert.Equal(Train(threads), Train(threads));

    [Fact]
    public void Models_of_other_numbers_of_threads_agree_in_what_they_say()
    {
        (byte[] file, float[] scores) one = TrainAndScore(1);
        (byte[] file, float[] scores) two = TrainAndScore(2);

        float largest = one.scores.Zip(two.scores, (left, right) => Math.Abs(left - right)).Max();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"1 and 2 threads: {(one.file.AsSpan().SequenceEqual(two.file) ? "the same bytes" : "other bytes")}; energies differ by at most {largest:G2}.");
        Assert.InRange(largest, 0, 0.5f);
    }

    private static byte[] Train(int threads) => TrainAndScore(threads).File;

    private static (byte[] File, float[] Scores) TrainAndScore(int threads)
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(TestData.Clouds(500));
        using TransformerChain<JemTransformer> model = TestData.Pipeline(context, TestData.Fast(options =>
        {
            options.NumberOfThreads = threads;
            options.NumberOfMembers = 1;
            options.NumberOfEpochs = 4;

            // Large enough for libtorch to divide the work.
            options.BatchSize = 600;
        })).Fit(data);
        using var file = new MemoryStream();
        model.LastTransformer.ExportToOnnx(file);
        return (file.ToArray(), [.. TestData.Read(context, model.Transform(data)).Select(row => row.Energy)]);
    }
}
