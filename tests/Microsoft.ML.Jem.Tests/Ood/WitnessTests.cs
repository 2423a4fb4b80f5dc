using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Tests.ModelFile;

namespace Microsoft.ML.Jem.Tests.Ood;

/// <summary>What every witness of the list keeps to, a new one too.</summary>
public sealed class WitnessTests : TorchTest
{
    public static TheoryData<string> Names => [.. Witnesses.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_it_stores_is_read_back_equal(string name)
    {
        using var fixture = new WitnessFixture();
        byte[] file = fixture.Write(fixture.Fit(Witnesses.Find(name)!));

        Witness read = JemGraphReader.ReadSettings(file).Members[0].Witnesses.Single();

        Assert.Equal(name, read.Kind.Name);
        Assert.Equal(file, fixture.Write(read));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Members_of_an_ensemble_store_their_own(string name)
    {
        using var fixture = new WitnessFixture();
        JemModelSettings settings = JemModels.Plain(4, 3) with
        {
            Members = [.. new[] { 1, 2 }.Select(seed => new MemberSettings([fixture.Fit(Witnesses.Find(name)!, seed)], JemModels.Calibration(-1, 0)))],
        };
        byte[] file = JemGraph.Write(settings, [fixture.Writer, fixture.Writer]);

        IReadOnlyList<MemberSettings> read = JemGraphReader.ReadSettings(file).Members;

        for (int m = 0; m < 2; m++)
            Assert.Equal(fixture.Write(settings.Members[m].Witnesses[0]), fixture.Write(read[m].Witnesses[0]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_fits_the_same_witness(string name)
    {
        using var fixture = new WitnessFixture();
        Assert.Equal(fixture.Write(fixture.Fit(Witnesses.Find(name)!)), fixture.Write(fixture.Fit(Witnesses.Find(name)!)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_says_one_finite_number_per_row_and_differs_between_rows(string name)
    {
        using var fixture = new WitnessFixture();
        double[] statistic = fixture.Statistic(fixture.Fit(Witnesses.Find(name)!));
        Assert.Equal(300, statistic.Length);
        Assert.All(statistic, value => Assert.True(double.IsFinite(value)));
        Assert.True(statistic.Distinct().Count() > 100);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_weight_is_positive(string name)
    {
        using var fixture = new WitnessFixture();
        Assert.InRange(fixture.Fit(Witnesses.Find(name)!).Weight, 0.1f, 10);
    }

    [Theory]
    [InlineData(5, 10)]
    [InlineData(30, 30)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    public void Witnesses_see_as_far_as_the_network_and_ten_deviations_at_least(float network, float expected) =>
        Assert.Equal(expected, Witness.FeatureLimit(network));
}
