using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Jem.Tests.MLNet;

/// <summary>Files that the package Microsoft.ML.OnnxConverter writes of pipelines with a Jem model, opened in ONNX Runtime.</summary>
public sealed class OnnxConverterTests : TorchTest
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void A_pipeline_with_float_features_gives_what_ML_NET_gives()
    {
        TestData.Row[] rows = TestData.Clouds();
        AssertSame(rows, TestData.Fast(), OrtValue.CreateTensorValueFromMemory(rows.SelectMany(row => row.Features).ToArray(), [rows.Length, 4]), [.. rows.Select(row => row.Label)],
            OrtValue.CreateTensorValueFromMemory(rows.Select(row => row.Weight).ToArray(), [rows.Length, 1]));
    }

    [Fact]
    public void A_pipeline_with_a_column_of_byte_images_gives_what_ML_NET_gives()
    {
        Image[] rows = [.. Pixels().Select(row => new Image { Label = row.Label, Features = row.Pixels })];
        AssertSame(rows, Residual(), OrtValue.CreateTensorValueFromMemory(rows.SelectMany(row => row.Features).ToArray(), [rows.Length, 1, 8, 8]), [.. rows.Select(row => row.Label)]);
    }

    [Fact]
    public void A_pipeline_with_a_column_of_byte_vectors_gives_what_ML_NET_gives()
    {
        Vector[] rows = [.. Pixels().Select(row => new Vector { Label = row.Label, Features = row.Pixels })];
        AssertSame(rows, Residual(), OrtValue.CreateTensorValueFromMemory(rows.SelectMany(row => row.Features).ToArray(), [rows.Length, 64]), [.. rows.Select(row => row.Label)]);
    }

    private void AssertSame<T>(T[] rows, JemTrainer.Options options, OrtValue features, string[] labels, OrtValue? weights = null)
        where T : class
    {
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        using TransformerChain<JemTransformer> model = TestData.Pipeline(_context, options).Fit(data);
        TestData.Scored[] expected = TestData.Read(_context, model.Transform(data));
        using var file = new MemoryStream();

        _context.Model.ConvertToOnnx(model, data, file);

        using var session = new InferenceSession(file.ToArray());
        var inputs = new Dictionary<string, OrtValue> { ["Label"] = Text(labels), ["Features"] = features };
        if (weights is not null)
            inputs["Weight"] = weights;
        using var run = new RunOptions();
        string[] outputs = ["PredictedLabel.output", "Score.output", "Energy.output", "OodScore.output"];
        using IDisposableReadOnlyCollection<OrtValue> values = session.Run(run, inputs, outputs);
        Assert.Equal(expected.Select(row => row.PredictedLabel), values[0].GetTensorDataAsSpan<uint>().ToArray());
        Near.Equal([.. expected.SelectMany(row => row.Score).Select(value => (double)value)], values[1].GetTensorDataAsSpan<float>().ToArray(), 1e-5, 1e-5);
        Near.Equal([.. expected.Select(row => (double)row.Energy)], values[2].GetTensorDataAsSpan<float>().ToArray(), 1e-5, 1e-5);
        Near.Equal([.. expected.Select(row => (double)row.OodScore)], values[3].GetTensorDataAsSpan<float>().ToArray(), 0.03, 0);
    }

    private static JemTrainer.Options Residual() =>
        new() { NumberOfEpochs = 1, NumberOfMembers = 2, Network = new WideResNet(10, 1, new ImageShape(1, 8, 8)) };

    private static IEnumerable<(string Label, byte[] Pixels)> Pixels() =>
        Digits.Read("train").Take(120).Select(digit => (digit.Label, Array.ConvertAll(digit.Features, value => (byte)value)));

    private static OrtValue Text(string[] values)
    {
        OrtValue value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [values.Length, 1]);
        for (int i = 0; i < values.Length; i++)
            value.StringTensorSetElementAt(values[i], i);
        return value;
    }

    private sealed class Image
    {
        public string Label { get; set; } = "";

        [VectorType(1, 8, 8)]
        public byte[] Features { get; set; } = [];
    }

    private sealed class Vector
    {
        public string Label { get; set; } = "";

        [VectorType(64)]
        public byte[] Features { get; set; } = [];
    }
}
