using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Onnx.Proto;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Jem.Tests;

/// <summary>What is written by <see cref="JemTransformer.ExportToOnnx(Stream, JemOnnxExportOptions)"/>, and what reads it back.</summary>
public sealed class JemOnnxExportTests(CloudModel model) : IClassFixture<CloudModel>
{
    private static readonly float[] Features = [.. TestData.Clouds(20, seed: 6).SelectMany(row => row.Features)];

    private readonly MLContext _context = model.Context;

    [Fact]
    public void The_model_of_these_tests_has_ramps_beside_its_features()
    {
        GraphProto graph = ModelProto.Parser.ParseFrom(Export(new JemOnnxExportOptions())).Graph;
        Assert.Contains(graph.Initializer, tensor => tensor.Name == "network.encoding.offset");
    }

    [Fact]
    public void Every_operator_set_gives_the_same_outputs()
    {
        Answers expected = Score(Export(new JemOnnxExportOptions()));
        for (int opset = 13; opset <= 21; opset++)
        {
            byte[] file = Export(new JemOnnxExportOptions { OperatorSet = opset });

            Assert.Equal(opset, ModelProto.Parser.ParseFrom(file).OpsetImport.Single().Version);
            Answers actual = Score(file);
            Assert.Equal(expected.Label, actual.Label);
            Assert.Equal(expected.Score, actual.Score);
            Assert.Equal(expected.Energy, actual.Energy);
            Assert.Equal(expected.OodScore, actual.OodScore);
        }
    }

    [Fact]
    public void The_file_says_what_it_is()
    {
        ModelProto file = ModelProto.Parser.ParseFrom(Export(new JemOnnxExportOptions
        {
            Description = "Three clouds.",
            License = "CC0-1.0",
            Metadata = { ["data"] = "clouds 1" },
        }));

        Dictionary<string, string> metadata = file.MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value);
        Assert.Equal("Microsoft.ML.Jem", file.ProducerName);
        Assert.NotEmpty(file.ProducerVersion);
        Assert.Equal("Three clouds.", file.DocString);
        Assert.Equal("CC0-1.0", metadata["license"]);
        Assert.Equal("clouds 1", metadata["data"]);
        Assert.Equal(model.Jem.Model.ClassNames, JsonSerializer.Deserialize<string[]>(metadata["jem.class_names"]));
        Assert.Equal(model.Jem.Model.CalibrationRowCount.ToString(CultureInfo.InvariantCulture), metadata["jem.calibration_rows"]);
        Assert.Equal((float)model.Jem.Model.Temperature, float.Parse(metadata["jem.temperature"], CultureInfo.InvariantCulture));
        Assert.All(file.Graph.Output, output => Assert.NotEmpty(output.DocString));
        Assert.All(file.Graph.Input.Concat(file.Graph.Output), value => Assert.Equal("N", value.Type.TensorType.Shape.Dim[0].DimParam));
    }

    [Fact]
    public void Label_names_come_out_as_text_and_empty_for_rows_that_cannot_be_scored()
    {
        byte[] file = Export(new JemOnnxExportOptions { IncludeLabelNames = true });
        float[] features = [.. Features.Take(8), float.NaN, 0, 0, 0];

        string[] names = Names(file, features);

        Assert.Equal([.. Score(file, features[..8]).Label.Select(label => model.Jem.Model.ClassNames[(int)label]), ""], names);
    }

    [Fact]
    public void Half_precision_halves_the_file_and_moves_probabilities_little()
    {
        byte[] exact = Export(new JemOnnxExportOptions()), half = Export(new JemOnnxExportOptions { HalfPrecisionWeights = true });

        Assert.InRange(half.Length, 0.4 * exact.Length, 0.65 * exact.Length);
        Answers expected = Score(exact), actual = Score(half);
        Assert.NotEqual(expected.Score, actual.Score);
        Assert.InRange(expected.Score.Zip(actual.Score, (a, b) => Math.Abs(a - b)).Max(), 0, 5e-3);
        Assert.InRange(expected.Energy.Zip(actual.Energy, (a, b) => Math.Abs(a - b)).Max(), 0, 2e-2);
    }

    [Fact]
    public void Without_standardisation_the_file_takes_standardised_features()
    {
        Standardization standardization = model.Jem.Model.Settings.Standardization;
        Assert.Null(standardization.Tails);
        float[] standardized = [.. Features.Select((value, i) => (value - standardization.Offset[i % 4]) * standardization.Scale[i % 4])];

        Answers expected = Score(Export(new JemOnnxExportOptions()));
        Answers actual = Score(Export(new JemOnnxExportOptions { IncludeStandardization = false }), standardized);

        Assert.Equal(expected.Label, actual.Label);
        Assert.All(expected.Score.Zip(actual.Score), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.All(expected.Energy.Zip(actual.Energy), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Theory]
    [InlineData(false, 13)]
    [InlineData(true, 17)]
    [InlineData(true, 21)]
    public void An_exported_file_is_read_back_and_scores_as_before(bool half, int opset)
    {
        byte[] file = Export(new JemOnnxExportOptions { OperatorSet = opset, IncludeLabelNames = true, HalfPrecisionWeights = half });
        using JemTransformer read = JemTransformer.FromOnnx(_context, new MemoryStream(file));

        TestData.Scored[] expected = TestData.Read(_context, model.Jem.Transform(model.Data));
        IDataView scored = read.Transform(model.Data);
        TestData.Scored[] actual = TestData.Read(_context, scored);

        Assert.Equal(model.Jem.Model.ClassNames, read.Model.ClassNames);
        for (int i = 0; i < expected.Length; i++)
            Assert.All(expected[i].Score.Zip(actual[i].Score), pair => Assert.Equal(pair.First, pair.Second, half ? 5e-3 : 1e-6));
        VBuffer<ReadOnlyMemory<char>> keys = default;
        scored.Schema["PredictedLabel"].GetKeyValues(ref keys);
        Assert.Equal(model.Jem.Model.ClassNames, keys.DenseValues().Select(key => key.ToString()));
    }

    [Fact]
    public void A_model_read_back_keeps_its_column_names_and_can_be_saved_and_exported_again()
    {
        JemTrainer.Options options = TestData.Fast(options =>
        {
            options.FeatureColumnName = "Features";
            options.PredictedLabelColumnName = "Cloud";
            options.ScoreColumnName = "Probabilities";
            options.EnergyColumnName = "E";
            options.OodScoreColumnName = "Novelty";
            options.NumberOfMembers = 1;
        });
        using TransformerChain<JemTransformer> trained = TestData.Pipeline(_context, options).Fit(model.Data);
        byte[] file = Export(new JemOnnxExportOptions { OperatorSet = 18 }, trained.LastTransformer);
        using JemTransformer read = JemTransformer.FromOnnx(_context, new MemoryStream(file));

        Assert.Equal(["Cloud", "Probabilities", "E", "Novelty"], read.GetOutputSchema(model.Data.Schema).Select(column => column.Name).TakeLast(4));
        Assert.Equal(file, Export(new JemOnnxExportOptions { OperatorSet = 18 }, read));

        using var saved = new MemoryStream();
        _context.Model.Save(read, model.Data.Schema, saved);
        using var loaded = (IDisposable)new MLContext().Model.Load(new MemoryStream(saved.ToArray()), out _);
        Assert.Equal(
            _context.Data.CreateEnumerable<Novelty>(read.Transform(model.Data), false).Select(row => row.Value),
            _context.Data.CreateEnumerable<Novelty>(((ITransformer)loaded).Transform(model.Data), false).Select(row => row.Value));
    }

    [Fact]
    public void The_file_holds_only_what_scoring_needs_unless_the_sampler_is_asked_for()
    {
        GraphProto graph = ModelProto.Parser.ParseFrom(Export(new JemOnnxExportOptions())).Graph;
        Assert.Empty(graph.Initializer.Select(tensor => tensor.Name).Except(graph.Node.SelectMany(node => node.Input)));
        using JemTransformer scorer = JemTransformer.FromOnnx(_context, new MemoryStream(Export(new JemOnnxExportOptions())));
        Assert.Throws<InvalidOperationException>(() => scorer.Sample(1, cancellationToken: TestContext.Current.CancellationToken));

        var options = new JemOnnxExportOptions { IncludeSampler = true, HalfPrecisionWeights = true, OperatorSet = 18 };
        using JemTransformer sampler = JemTransformer.FromOnnx(_context, new MemoryStream(Export(options)));
        Assert.All(sampler.Sample(5, "a", seed: 1, cancellationToken: TestContext.Current.CancellationToken), sample => Assert.All(sample, value => Assert.True(float.IsFinite(value))));
    }

    [Fact]
    public void Damaged_and_foreign_files_are_refused_with_the_reason()
    {
        byte[] file = Export(new JemOnnxExportOptions());
        byte[] altered = [.. file];
        altered[altered.Length / 2] ^= 1;

        Assert.Contains("checksum", Refused(altered), StringComparison.Ordinal);
        Assert.Contains("ONNX", Refused(file[..(file.Length / 2)]), StringComparison.Ordinal);
        Assert.Contains("no graph", Refused([]), StringComparison.Ordinal);
        Assert.Contains("not one of Microsoft.ML.Jem", Refused(new MLNet.RecordedContext(12).ToBytes()), StringComparison.Ordinal);
    }

    [Fact]
    public void Mistaken_options_are_named_all_at_once()
    {
        var options = new JemOnnxExportOptions { OperatorSet = 12, License = "MIT", Metadata = { ["jem.temperature"] = "1", ["license"] = "other" } };

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Export(options));

        Assert.Contains("between 13 and 21, but is 12", error.Message, StringComparison.Ordinal);
        Assert.Contains("'jem.temperature'", error.Message, StringComparison.Ordinal);
        Assert.Contains("beside License", error.Message, StringComparison.Ordinal);
    }

    private string Refused(byte[] file) =>
        Assert.Throws<InvalidDataException>(() => JemTransformer.FromOnnx(_context, new MemoryStream(file))).Message;

    private byte[] Export(JemOnnxExportOptions options, JemTransformer? transformer = null)
    {
        using var stream = new MemoryStream();
        (transformer ?? model.Jem).ExportToOnnx(stream, options);
        return stream.ToArray();
    }

    private static Answers Score(byte[] file, float[]? features = null)
    {
        using var session = new InferenceSession(file);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = Run(session, options, features ?? Features, "PredictedLabel", "Score", "Energy", "OodScore");
        return new Answers(
            outputs[0].GetTensorDataAsSpan<long>().ToArray(),
            outputs[1].GetTensorDataAsSpan<float>().ToArray(),
            outputs[2].GetTensorDataAsSpan<float>().ToArray(),
            outputs[3].GetTensorDataAsSpan<float>().ToArray());
    }

    private static string[] Names(byte[] file, float[] features)
    {
        using var session = new InferenceSession(file);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = Run(session, options, features, "PredictedLabelName");
        return outputs[0].GetStringTensorAsArray();
    }

    private static IDisposableReadOnlyCollection<OrtValue> Run(InferenceSession session, RunOptions options, float[] features, params string[] outputs)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(features, [features.Length / 4, 4]);
        return session.Run(options, ["Features"], [input], outputs);
    }

    private sealed record Answers(long[] Label, float[] Score, float[] Energy, float[] OodScore);

    private sealed class Novelty
    {
        [ColumnName("Novelty")]
        public float Value { get; set; }
    }
}
