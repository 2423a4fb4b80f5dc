using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.Tests.Ood;

public sealed class WitnessesTests
{
    [Fact]
    public void Each_statistic_that_users_can_choose_is_one_witness_of_the_list()
    {
        string[] names = [.. Witnesses.All.Select(kind => kind.Name)];
        Assert.Equal(names.Distinct(), names);
        Assert.All(Enum.GetNames<OodStatistic>().Except([nameof(OodStatistic.Combination)]), name => Assert.Contains(name, names));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void A_combination_is_made_of_what_the_network_offers(bool hasHidden, bool hasGradient)
    {
        string[] names = [.. Witnesses.Of(OodStatistic.Combination, "Network", hasHidden, hasGradient).Select(kind => kind.Name)];
        Assert.Equal(["Energy", "MaxProbability"], names[..2]);
        Assert.Contains("ReferenceDensity", names);
        Assert.Equal(hasHidden, names.Contains("HiddenNeighbor"));
        Assert.DoesNotContain("ApproximateMass", names);
    }

    [Theory]
    [InlineData(OodStatistic.HiddenNeighbor, "name its last hidden layer")]
    [InlineData(OodStatistic.ApproximateMass, "write its input gradient to ONNX")]
    public void A_witness_that_the_network_cannot_give_is_refused(OodStatistic asked, string ability)
    {
        Assert.Equal(asked.ToString(), Assert.Single(Witnesses.Of(asked, "Own", hasHidden: true, hasGradient: true)).Name);
        Assert.Equal(
            $"OodStatistic.{asked} needs a network that can {ability}, which Own cannot. Choose another OodStatistic.",
            Assert.Throws<InvalidOperationException>(() => Witnesses.Of(asked, "Own", hasHidden: false, hasGradient: false)).Message);
    }

    [Theory]
    [InlineData("Combination")]
    [InlineData("energy")]
    [InlineData("1")]
    [InlineData("")]
    public void A_name_that_is_not_in_the_list_is_no_statistic(string name) =>
        Assert.Null(Witnesses.Find(name));

    [Theory]
    [InlineData("Jem.Prototypes", true)]
    [InlineData("member1.Jem.Prototypes", true)]
    [InlineData("Jem.Reference.Whitening", false)]
    [InlineData("Jem.Table.Blocks", false)]
    public void Only_hidden_directions_may_be_rounded(string name, bool expected) => Assert.Equal(expected, Witnesses.CanRound(name));
}
