using Microsoft.ML.Jem.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Sampling;

public sealed class ClassGaussiansTests : TorchTest
{
    [Fact]
    public void Draws_have_the_mean_and_covariance_of_the_class()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor noise = randn([6000, 2], generator: generator);
        Tensor mixing = tensor(new float[] { 1, 0, 0.8f, 0.6f }, [2, 2]);
        Tensor labels = arange(6000, int64).remainder(2);
        Tensor rows = noise.matmul(mixing.t()) + labels.unsqueeze(1) * 5;
        using ClassGaussians gaussians = ClassGaussians.Fit(rows, labels, 2);

        Tensor drawn = gaussians.Draw(full([20_000], 1L, int64), generator);

        float[] mean = Near.Floats(drawn.mean([0]));
        Assert.All(mean, value => Assert.InRange(value, 4.9f, 5.1f));
        Tensor centred = drawn - drawn.mean([0]);
        Near.Equal([1, 0.8, 0.8, 1], centred.t().matmul(centred) / 20_000, 0.06, 0);
    }

    [Fact]
    public void A_class_without_rows_takes_the_gaussian_of_all_rows()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor rows = randn([2000, 3], generator: generator) + 2;
        Tensor labels = full([2000], -1L, int64);
        using ClassGaussians gaussians = ClassGaussians.Fit(rows, labels, 2);
        Assert.All(Near.Floats(gaussians.Draw(zeros(5000, int64), generator).mean([0])), value => Assert.InRange(value, 1.9f, 2.1f));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(ClassGaussians.WidestFull + 1)]
    public void Fewer_rows_than_features_still_make_a_distribution(int width)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor rows = randn([3, width], generator: generator);
        rows.narrow(1, 0, 2).fill_(1);
        using ClassGaussians gaussians = ClassGaussians.Fit(rows, tensor(new long[] { 0, 0, 1 }), 2);
        float[] drawn = Near.Floats(gaussians.Draw(tensor(new long[] { 0, 1, 0, 0 }), generator));
        Assert.Equal(4 * width, drawn.Length);
        Assert.All(drawn, value => Assert.InRange(value, -10, 10));
        Assert.NotEqual(drawn[..width], drawn[^width..]);
    }
}
