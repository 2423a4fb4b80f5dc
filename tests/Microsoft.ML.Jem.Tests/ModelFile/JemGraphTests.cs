using CsCheck;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Jem.Tests.Fixtures;

namespace Microsoft.ML.Jem.Tests.ModelFile;

public class JemGraphTests
{
    private static readonly float[] Extremes = [float.MaxValue, float.MinValue, 1e30f, -1e30f, float.Epsilon, 0];

    [Theory]
    [InlineData("mlp_lrelu.json")]
    [InlineData("mlp_silu.json")]
    public void Logits_energies_and_scores_equal_the_reference(string fileName)
    {
        var network = new FixtureNetwork(fileName);
        Rows raw = Rows.Of(JemGraph.Write(JemModels.Plain(5, 3), [network.Write]), network.Data.GetProperty("x").Floats());
        AssertClose(network.Data.GetProperty("logits").Doubles(), raw.Logits);
        AssertClose(network.Data.GetProperty("energy").Doubles(), raw.Energy);

        Rows scored = Rows.Of(JemGraph.Write(JemModels.Calibrated(5, 3, temperature: 1), [network.Write]), network.Data.GetProperty("x").Floats());
        AssertClose(network.Data.GetProperty("softmax").Doubles(), scored.Score);
        AssertClose(network.Data.GetProperty("energy").Doubles(), scored.Energy);
    }

    [Fact]
    public void The_temperature_divides_logits_of_scores_but_not_of_energies()
    {
        Rows rows = Rows.Of(JemGraph.Write(JemModels.Calibrated(2, 2, temperature: 2), [JemModels.Identity]), [4, 0]);
        Assert.Equal(1 / (1 + Math.Exp(-2)), rows.Score[0], 1e-6);
        Assert.Equal(-Math.Log(Math.Exp(4) + 1), rows.Energy[0], 1e-5);
    }

    [Fact]
    public void Features_are_standardised_and_clipped_in_the_graph()
    {
        JemModelSettings settings = JemModels.Plain(3, 3) with { Standardization = new Standardization([1, 2, 3], [2, 0.5f, 0], 4) };
        Rows rows = Rows.Of(JemGraph.Write(settings, [JemModels.Identity]), [2, 4, 9, 100, -100, 3]);
        Assert.Equal([2, 1, 0, 4, -4, 0], rows.Logits);
    }

    [Fact]
    public void Outputs_stay_finite_and_consistent_for_any_finite_features()
    {
        Gen<float> feature = Gen.OneOf(Gen.Float[-3, 3], Gen.OneOf([.. Extremes.Select(Gen.Const)]));
        foreach (float limit in new[] { 5f, float.PositiveInfinity })
        {
            JemModelSettings settings = JemModels.Calibrated(4, 3, temperature: 0.05f) with { Standardization = new Standardization([-1e38f, 2, 0, 5], [1e-3f, 1e20f, 1, 0], limit) };
            using var scorer = new OnnxScorer(JemGraph.Write(settings, [JemModels.Perceptron(3, 4, 16, 16, 3)]));
            feature.Array[4].Array[1, 8].Sample(
                features =>
                {
                    Rows rows = Rows.Of(scorer, [.. features.SelectMany(row => row)]);
                    for (int row = 0; row < features.Length; row++)
                    {
                        float[] score = rows.Score[(3 * row)..(3 * row + 3)];
                        Assert.Equal(1, score.Sum(), 1e-5);
                        Assert.Equal(Array.IndexOf(score, score.Max()), rows.PredictedLabel[row]);
                        Assert.True(float.IsFinite(rows.Energy[row]));
                        Assert.InRange(rows.OodScore[row], 0, 0.8f);
                    }
                },
                iter: 200,
                threads: 1);
        }
    }

    [Fact]
    public void A_row_with_a_feature_that_is_not_finite_has_no_label_and_the_highest_OodScore()
    {
        byte[] model = JemGraph.Write(JemModels.Calibrated(2, 2), [JemModels.Perceptron(1, 2, 4, 2)]);
        Rows rows = Rows.Of(model, [0, 0, float.NaN, 0, 0, float.PositiveInfinity, 0, 0]);
        Assert.Equal([ScoringBatch.NoLabel, ScoringBatch.NoLabel], rows.PredictedLabel[1..3]);
        Assert.All(rows.Score[2..6], score => Assert.True(float.IsNaN(score)));
        Assert.All(rows.Energy[1..3], energy => Assert.True(float.IsNaN(energy)));
        Assert.Equal([0.8f, 0.8f], rows.OodScore[1..3]);
        Assert.Equal(rows.Score[..2], rows.Score[6..]);
        Assert.True(float.IsFinite(rows.Energy[0]) && rows.Energy[0] == rows.Energy[3]);
    }

    [Theory]
    [InlineData(13)]
    [InlineData(15)]
    [InlineData(18)]
    [InlineData(21)]
    public void Every_operator_set_gives_the_same_outputs(int opset)
    {
        JemModelSettings settings = JemModels.Calibrated(4, 3, 1.3f, [.. Enumerable.Range(0, 200).Select(i => -2 + i / 100f)]);
        float[] features = [.. Enumerable.Range(0, 40).Select(i => MathF.Sin(i))];
        Rows expected = Rows.Of(JemGraph.Write(settings, [JemModels.Perceptron(3, 4, 16, 3)]), features);
        Rows rows = Rows.Of(JemGraph.Write(settings, [JemModels.Perceptron(3, 4, 16, 3)], opset), features);
        Assert.Equal(expected.Score, rows.Score);
        Assert.Equal(expected.OodScore, rows.OodScore);
    }

    [Fact]
    public void What_was_written_is_read_back()
    {
        var network = new FixtureNetwork("mlp_silu.json");
        JemModelSettings settings = JemModels.Calibrated(5, 3, 0.7f, [.. Enumerable.Range(0, 1000).Select(i => MathF.Cos(i))]) with
        {
            Standardization = new Standardization([1, 2, 3, 4, 5], [1, 2, 0.5f, 3, 4], 6),
            ClassNames = ["red", "grün", "\"quoted\", 青"],
            FeatureNames = ["a", "b", "c", "d", "e"],
            Metadata = new Dictionary<string, string> { ["jem.network"] = "{\"hidden\":[16,12]}" },
        };

        JemGraphDescription read = JemGraphReader.Read(JemGraph.Write(settings, [network.Write]));

        Assert.Equal(settings.Standardization.Offset, read.Settings.Standardization.Offset);
        Assert.Equal(settings.Standardization.Scale, read.Settings.Standardization.Scale);
        Assert.Equal(6, read.Settings.Standardization.Limit);
        Assert.Equal(settings.ClassNames, read.Settings.ClassNames);
        Assert.Equal(settings.FeatureNames, read.Settings.FeatureNames);
        Assert.Equal(0.7f, read.Settings.Temperature);
        Assert.Equal(settings.Metadata, read.Settings.Metadata);
        Assert.Equal(settings.Members[0].Calibration!.Table!.Descending, read.Settings.Members[0].Calibration!.Table!.Descending);
        Assert.Equal(settings.Members[0].Calibration!.Curves[0].Lows, read.Settings.Members[0].Calibration!.Curves[0].Lows);
        Assert.Equal(["f.0.weight", "f.0.bias", "f.2.weight", "f.2.bias", "class_output.weight", "class_output.bias"], read.Weights.Keys);
        Assert.Equal(network.Data.GetProperty("weights").GetProperty("f.2.weight").Floats(), read.Weights["f.2.weight"].Values);
        Assert.Equal([12, 16], read.Weights["f.2.weight"].Shape);
    }

    [Fact]
    public void A_model_without_calibration_and_without_a_limit_is_read_back()
    {
        JemGraphDescription read = JemGraphReader.Read(JemGraph.Write(JemModels.Plain(2, 2), [JemModels.Identity]));
        Assert.False(read.Settings.IsCalibrated);
        Assert.Equal(float.PositiveInfinity, read.Settings.Standardization.Limit);
        Assert.Empty(read.Settings.FeatureNames);
    }

    [Fact]
    public void Contradictory_settings_are_refused()
    {
        JemModelSettings plain = JemModels.Plain(2, 2);
        AssertRefused("2 offsets and 1 scales", plain with { Standardization = new Standardization([0, 0], [1], 1) });
        AssertRefused("not finite", plain with { Standardization = new Standardization([0, float.NaN], [1, 1], 1) });
        AssertRefused("limit", plain with { Standardization = new Standardization([0, 0], [1, 1], 0) });
        AssertRefused("at least two classes", plain with { ClassNames = ["only"] });
        AssertRefused("3 feature names", plain with { FeatureNames = ["a", "b", "c"] });
        AssertRefused("temperature", plain with { Temperature = 0 });
        AssertRefused("jem.checksum", plain with { Metadata = new Dictionary<string, string> { ["jem.checksum"] = "" } });
    }

    [Fact]
    public void A_network_that_breaks_the_rules_is_refused()
    {
        Assert.Contains("not in the graph", Assert.Throws<ArgumentException>(() => JemGraph.Write(JemModels.Plain(2, 2), [(_, _, _) => new NetworkValues("nowhere")])).Message, StringComparison.Ordinal);
        Assert.Contains("reserved", Assert.Throws<ArgumentException>(() => JemGraph.Write(JemModels.Plain(2, 2), [(graph, input, _) =>
        {
            graph.AddInitializer("Jem.Mine", [1f]);
            return new NetworkValues(input);
        }])).Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(string reason, JemModelSettings settings) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => JemGraph.Write(settings, [JemModels.Identity])).Message, StringComparison.Ordinal);

    private static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 5e-6 + 1e-5 * Math.Abs(expected[i]));
    }
}
