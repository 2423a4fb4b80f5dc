using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Tests.Networks;
using Microsoft.ML.Jem.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Training;

public sealed class StoredNetworkTests : TorchTest
{
    public static TheoryData<JemNetwork> Networks() =>
    [
        new MultilayerPerceptron(),
        new MultilayerPerceptron(Activation.LeakyReLU, 7, 5),
        new MultilayerPerceptron(Activation.SiLU, []),
        new WideResNet(10, 1, new ImageShape(1, 9, 8)),
        new WideResNet(10, 2, new ImageShape(3, 8, 8, PixelOrder.Interleaved)),
        new NormalizedNetwork(9),
    ];

    [Theory]
    [MemberData(nameof(Networks), DisableDiscoveryEnumeration = true)]
    public void A_network_read_back_from_a_file_gives_the_logits_of_the_file(JemNetwork network)
    {
        int width = network.Image?.Size ?? 6;
        byte[] file = NetworkFile.Write(network, width, 4);
        float[] rows = Rows(20 * width);

        using TrainedNetwork loaded = Assert.Single(StoredNetwork.Load(JemGraphReader.Read(file), network is NormalizedNetwork ? new NormalizedNetwork(9) : null, CPU));

        Assert.Equal(network.GetType(), loaded.Network.GetType());
        float[] logits = loaded.Logits(new DenseFeatureMatrix(rows, 20, width), TestContext.Current.CancellationToken);
        Near.Equal(NetworkFile.Logits(file, rows), logits, 1e-5, 1e-5);
    }

    [Fact]
    public void A_network_of_the_users_own_must_be_handed_in()
    {
        JemGraphDescription model = JemGraphReader.Read(NetworkFile.Write(new NormalizedNetwork(9), 6, 4));
        string name = typeof(NormalizedNetwork).FullName!;

        var missing = Assert.Throws<InvalidOperationException>(() => StoredNetwork.Load(model, null, CPU));
        Assert.Contains(name, missing.Message);
        Assert.Contains("Hand in", missing.Message);
        var other = Assert.Throws<InvalidOperationException>(() => StoredNetwork.Load(model, new MultilayerPerceptron(), CPU));
        Assert.Contains(name, other.Message);
        Assert.Contains(nameof(MultilayerPerceptron), other.Message);
    }

    [Fact]
    public void A_network_with_other_settings_is_refused_by_the_shape_of_its_parameters()
    {
        JemGraphDescription model = JemGraphReader.Read(NetworkFile.Write(new NormalizedNetwork(9), 6, 4));
        var error = Assert.Throws<InvalidDataException>(() => StoredNetwork.Load(model, new NormalizedNetwork(8), CPU));
        Assert.Contains("'hidden.weight' has the shape [8, 6], but the model holds [9, 6]", error.Message);
    }

    [Theory]
    [InlineData(null, "lacks 'jem.network'")]
    [InlineData("{", "describes no network")]
    [InlineData("null", "describes no network")]
    [InlineData("{\"settings\":{}}", "describes no network")]
    [InlineData("{\"kind\":\"MultilayerPerceptron\"}", "settings are missing")]
    [InlineData("{\"kind\":\"MultilayerPerceptron\",\"settings\":{\"activation\":\"SiLU\"}}", "describes no network")]
    [InlineData("{\"kind\":\"MultilayerPerceptron\",\"settings\":{\"activation\":\"SiLU\",\"hiddenWidths\":[0]}}", "describes no network")]
    public void A_file_that_does_not_say_which_network_it_holds_is_refused(string? description, string expected)
    {
        Dictionary<string, string> metadata = description is null ? [] : new() { [NetworkDescription.MetadataKey] = description };
        JemGraphDescription model = JemGraphReader.Read(NetworkFile.Write(new MultilayerPerceptron(4), 6, 4, metadata));
        var error = Assert.Throws<InvalidDataException>(() => StoredNetwork.Load(model, null, CPU));
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void A_trained_model_can_be_built_again_from_what_it_saved()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(TestData.Clouds());
        using var model = TestData.Pipeline(context, TestData.Fast(options => (options.NumberOfEpochs, options.NumberOfMembers) = (1, 2))).Fit(data);
        using var stream = new MemoryStream();
        model.LastTransformer.ExportToOnnx(stream);

        TrainedNetwork[] members = StoredNetwork.Load(JemGraphReader.Read(stream.ToArray()), null, CPU);

        Assert.Equal(2, members.Length);
        float[][] rows = [.. TestData.Clouds().Select(row => row.Features)];
        var matrix = new DenseFeatureMatrix([.. rows.SelectMany(row => row)], rows.Length, 4);
        var energies = new double[rows.Length];
        foreach (TrainedNetwork member in members)
        {
            float[] logits = member.Logits(matrix, TestContext.Current.CancellationToken);
            for (int i = 0; i < rows.Length; i++)
                energies[i] -= Math.Log(logits.Skip(3 * i).Take(3).Sum(logit => Math.Exp(logit))) / members.Length;
            member.Dispose();
        }

        float[] scored = [.. TestData.Read(context, model.Transform(data)).Select(row => row.Energy)];
        Near.Equal(energies, scored, 1e-4, 1e-4);
    }

    private static float[] Rows(int count)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ => (float)TestData.Normal(random))];
    }
}
