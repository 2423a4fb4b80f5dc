using Microsoft.ML.Jem.Training;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class TermMeansTests
{
    [Fact]
    public void Updates_without_samples_do_not_count_for_the_energy_of_samples()
    {
        var means = new TermMeans();
        means.Add([0, 1, float.NaN, float.NaN, -3, float.NaN]);
        means.Add([0, 2, 4, float.NaN, -5, -7]);
        Assert.Equal(1.5, means.Classification);
        Assert.Equal(-4, means.DataEnergy);
        Assert.Equal(-7, means.SampleEnergy);
    }

    [Fact]
    public void Without_any_sample_their_energy_is_not_a_number()
    {
        var means = new TermMeans();
        means.Add([0, 1, float.NaN, float.NaN, -3, float.NaN]);
        Assert.Equal(double.NaN, means.SampleEnergy);
    }
}
