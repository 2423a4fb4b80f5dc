using Microsoft.ML.Data;
using Microsoft.ML.Jem.Ood;

namespace Microsoft.ML.Jem.Tests.Networks;

/// <summary>What docs/adding-a-network.md says of a user's own network.</summary>
public sealed class OwnNetworkTests
{
    private static readonly string[] ThreeWitnesses = ["Energy", "MaxProbability", "ReferenceDensity"];

    [Fact]
    public void It_gets_one_member_and_three_witnesses()
    {
        using TransformerChain<JemTransformer> own = Fit(options => options.Network = new NormalizedNetwork(9));
        using TransformerChain<JemTransformer> builtIn = Fit(_ => { });

        Assert.Equal(1, own.LastTransformer.Model.NumberOfMembers);
        Assert.Equal(ThreeWitnesses, WitnessesOf(own));
        Assert.InRange(builtIn.LastTransformer.Model.NumberOfMembers, 2, 100);
        Assert.Equal(["Energy", "HiddenNeighbor", "MaxProbability", "ReferenceDensity"], WitnessesOf(builtIn).Order());
    }

    [Fact]
    public void It_gets_more_members_where_they_are_asked_for()
    {
        using TransformerChain<JemTransformer> own = Fit(options => (options.Network, options.NumberOfMembers) = (new NormalizedNetwork(9), 3));

        Assert.Equal(3, own.LastTransformer.Model.NumberOfMembers);
        Assert.All(TestData.Read(new MLContext(1), own.Transform(Data())), row => Assert.Equal(1, row.Score.Sum(), 1e-4));
    }

    [Theory]
    [InlineData(OodStatistic.HiddenNeighbor, "name its last hidden layer")]
    [InlineData(OodStatistic.ApproximateMass, "write its input gradient to ONNX")]
    public void It_is_refused_the_witnesses_it_cannot_give(OodStatistic statistic, string ability)
    {
        string message = Assert.Throws<InvalidOperationException>(() => Fit(options => (options.Network, options.OodStatistic) = (new NormalizedNetwork(9), statistic))).Message;

        Assert.Contains($"OodStatistic.{statistic} needs a network that can {ability}, which NormalizedNetwork cannot", message);
    }

    [Fact]
    public void Its_approximate_mass_is_computed_by_TorchSharp()
    {
        using TransformerChain<JemTransformer> own = Fit(options => options.Network = new NormalizedNetwork(9));

        Assert.All(own.LastTransformer.ApproximateMass([[0, 0, 0, 0], [3, 0, 0, 1]]), mass => Assert.InRange(mass, float.MinValue, 0));
    }

    private static IEnumerable<string> WitnessesOf(TransformerChain<JemTransformer> model) =>
        model.LastTransformer.Model.Settings.Members[0].Witnesses.Select(witness => witness.Kind.Name);

    private static IDataView Data() => new MLContext(1).Data.LoadFromEnumerable(TestData.Clouds(20));

    private static TransformerChain<JemTransformer> Fit(Action<JemTrainer.Options> change) =>
        TestData.Pipeline(new MLContext(1), TestData.Fast(options =>
        {
            options.NumberOfEpochs = 1;
            change(options);
        })).Fit(Data());
}
