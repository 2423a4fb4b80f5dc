using Microsoft.ML.Data;
using Microsoft.ML.Jem.Images;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Transforms;
using TorchSharp;

namespace Microsoft.ML.Jem.Tests.MLNet;

/// <summary>
/// ML.NET's <c>ConvertToOnnx</c> with a Jem model in the pipeline. The package Microsoft.ML.OnnxConverter is not needed: what it
/// does with the steps of a pipeline is small, and done here.
/// </summary>
public sealed class ConvertToOnnxTests(CloudModel cloud) : TorchTest, IClassFixture<CloudModel>
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void A_converted_pipeline_gives_what_ML_NET_gives_in_each_of_its_operator_sets()
    {
        using TransformerChain<KeyToValueMappingTransformer> model = Pipeline(TestData.Fast()).Fit(_context.Data.LoadFromEnumerable(Rows(1)));

        for (int opset = 9; opset <= 12; opset++)
            AssertSame(model, Rows(2), opset);
    }

    [Fact]
    public void A_converted_pipeline_of_one_member_with_a_gradient_gives_what_ML_NET_gives()
    {
        JemTrainer.Options options = TestData.Fast(options =>
        {
            options.NumberOfMembers = 1;
            options.Network = new MultilayerPerceptron(Activation.LeakyReLU, 8);
            options.OodStatistic = Jem.Ood.OodStatistic.ApproximateMass;
        });
        using TransformerChain<KeyToValueMappingTransformer> model = Pipeline(options).Fit(_context.Data.LoadFromEnumerable(Rows(1)));

        AssertSame(model, Rows(2), opset: 12);
    }

    [Fact]
    public void A_converted_pipeline_with_a_wide_residual_network_gives_what_ML_NET_gives()
    {
        Picture[] rows = [.. Digits.Read("train").Take(120).Select(digit => new Picture { Label = digit.Label, Features = digit.Features })];
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        JemTrainer.Options options = new() { NumberOfEpochs = 1, NumberOfMembers = 2, Network = new WideResNet(10, 1, new ImageShape(1, 8, 8)) };
        using TransformerChain<JemTransformer> model = TestData.Pipeline(_context, options).Fit(data);
        TestData.Scored[] expected = TestData.Read(_context, model.Transform(data));
        var recorded = new RecordedContext(12);

        Convert(model, data, recorded);

        using var session = new InferenceSession(recorded.ToBytes());
        using OrtValue pixels = OrtValue.CreateTensorValueFromMemory(rows.SelectMany(row => row.Features).ToArray(), [rows.Length, 1, 8, 8]);
        OrtValue[] inputs = [Text([.. rows.Select(row => row.Label)]), pixels];
        Near.Equal([.. expected.SelectMany(row => row.Score).Select(value => (double)value)], Numbers(session, "Score", inputs), 1e-5, 1e-5);
        Near.Equal([.. expected.Select(row => (double)row.Energy)], Numbers(session, "Energy", inputs), 1e-5, 1e-5);
        Assert.Equal(expected.Select(row => row.PredictedLabel), Run(session, "PredictedLabel", inputs).GetTensorDataAsSpan<uint>().ToArray());
    }

    [Fact]
    public void The_view_of_a_model_is_a_transform_that_says_it_can_be_saved()
    {

        IDataView view = cloud.Chain.Transform(cloud.Data);

        ITransformCanSaveOnnx step = Assert.IsAssignableFrom<ITransformCanSaveOnnx>(view);
        Assert.True(step.CanSaveOnnx(new RecordedContext(12)));
        Assert.IsAssignableFrom<ITransformCanSaveOnnx>(step.Source);
    }

    [Fact]
    public void A_network_with_an_operator_that_is_too_new_is_refused_by_name()
    {
        JemTrainer.Options options = TestData.Fast(options => options.Network = new HardSwishNetwork());
        using TransformerChain<JemTransformer> model = TestData.Pipeline(_context, options).Fit(_context.Data.LoadFromEnumerable(TestData.Clouds()));

        var error = Assert.Throws<InvalidOperationException>(() => Convert(model, _context.Data.LoadFromEnumerable(TestData.Clouds()), new RecordedContext(12)));

        Assert.Contains("'HardSwish'", error.Message, StringComparison.Ordinal);
        Assert.Contains("ExportToOnnx", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_that_an_earlier_step_could_not_write_are_refused_by_name()
    {
        var view = (ISaveAsOnnx)cloud.Jem.Transform(cloud.Data);

        var error = Assert.Throws<InvalidOperationException>(() => view.SaveAsOnnx(new RecordedContext(12)));

        Assert.Contains("'Features'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_cannot_be_scored_has_the_missing_key()
    {
        var context = new RecordedContext(12);
        Convert(cloud.Chain, cloud.Data, context);
        using var session = new InferenceSession(context.ToBytes());

        uint[] keys = Run(session, "PredictedLabel", Text(["a", "b"]), Floats([0, 1, float.NaN, 0, 3, 0, 0, 1], 4), Floats([1, 1], 1))
            .GetTensorDataAsSpan<uint>().ToArray();

        Assert.Equal(0u, keys[0]);
        Assert.InRange(keys[1], 1u, 3u);
    }

    private void AssertSame(ITransformer model, Measurement[] rows, int opset)
    {
        IDataView data = _context.Data.LoadFromEnumerable(rows);
        Answer[] expected = [.. _context.Data.CreateEnumerable<Answer>(model.Transform(data), reuseRowObject: false)];
        var recorded = new RecordedContext(opset);
        Convert(model, data, recorded);
        using var session = new InferenceSession(recorded.ToBytes());
        OrtValue[] inputs = [Text([.. rows.Select(row => row.Label)]), Floats([.. rows.SelectMany(row => row.Left)], 3), Floats([.. rows.Select(row => row.Right)], 1)];

        Near.Equal([.. expected.SelectMany(row => row.Score).Select(value => (double)value)], Numbers(session, "Score", inputs), 1e-5, 1e-5);
        Near.Equal([.. expected.Select(row => (double)row.Energy)], Numbers(session, "Energy", inputs), 1e-5, 1e-5);
        Near.Equal([.. expected.Select(row => (double)row.OodScore)], Numbers(session, "OodScore", inputs), 0.02, 0);
        OrtValue labels = Run(session, "PredictedLabel", inputs);
        Assert.Equal(expected.Select(row => row.PredictedLabel), labels.GetStringTensorAsArray());
        Assert.Equal([rows.Length, 1], labels.GetTensorTypeAndShape().Shape);
    }

    /// <summary>What ConvertToOnnx does: walks back to the source while steps can be saved, and lets each write itself.</summary>
    private static void Convert(ITransformer model, IDataView data, RecordedContext context)
    {
        IDataView view = model.Transform(data);
        DataViewSchema schema = view.Schema;
        var steps = new Stack<ITransformCanSaveOnnx>();
        while (view is IDataTransform transform)
        {
            var step = Assert.IsAssignableFrom<ITransformCanSaveOnnx>(view);
            Assert.True(step.CanSaveOnnx(context));
            steps.Push(step);
            view = transform.Source;
        }

        foreach (DataViewSchema.Column column in view.Schema)
            context.AddInput(column.Type, column.Name);
        foreach (ITransformCanSaveOnnx step in steps)
            step.SaveAsOnnx(context);
        foreach (DataViewSchema.Column column in schema.Where(column => !column.IsHidden))
            context.AddOutput(column);
    }

    private static OrtValue Run(InferenceSession session, string column, params OrtValue[] values)
    {
        string[] names = [.. session.InputNames];
        Assert.Equal(names.Length, values.Length);
        using var options = new RunOptions();
        return session.Run(options, names, values, [column + ".output"])[0];
    }

    private static IReadOnlyList<float> Numbers(InferenceSession session, string column, params OrtValue[] values) =>
        Run(session, column, values).GetTensorDataAsSpan<float>().ToArray();

    private static OrtValue Floats(float[] values, int width) => OrtValue.CreateTensorValueFromMemory(values, [values.Length / width, width]);

    private static OrtValue Text(string[] values)
    {
        OrtValue value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [values.Length, 1]);
        for (int i = 0; i < values.Length; i++)
            value.StringTensorSetElementAt(values[i], i);
        return value;
    }

    private IEstimator<TransformerChain<KeyToValueMappingTransformer>> Pipeline(JemTrainer.Options options) =>
        _context.Transforms.Conversion.MapValueToKey("Label")
            .Append(_context.Transforms.Concatenate("Features", "Left", "Right"))
            .Append(_context.Transforms.NormalizeMeanVariance("Features"))
            .Append(_context.MulticlassClassification.Trainers.Jem(options))
            .Append(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    private static Measurement[] Rows(int seed) =>
        [.. TestData.Clouds(seed: seed).Select(row => new Measurement { Label = row.Label, Left = row.Features[..3], Right = row.Features[3] })];

    private sealed class Picture
    {
        public string Label { get; set; } = "";

        [VectorType(1, 8, 8)]
        public float[] Features { get; set; } = [];
    }

    public sealed class Measurement
    {
        public string Label { get; set; } = "";

        [VectorType(3)]
        public float[] Left { get; set; } = [];

        public float Right { get; set; }
    }

    public sealed class Answer
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];

        public float Energy { get; set; }

        public float OodScore { get; set; }
    }

    /// <summary>A network whose activation came with operator set 14.</summary>
    private sealed class HardSwishNetwork : JemNetwork
    {
        public override torch.nn.Module<torch.Tensor, torch.Tensor> Build(int featureCount, int classCount) =>
            torch.nn.Sequential(("linear", torch.nn.Linear(featureCount, classCount)), ("activation", torch.nn.Hardswish()));

        public override string WriteTo(OnnxGraph graph, string input, torch.nn.Module<torch.Tensor, torch.Tensor> module)
        {
            var parameters = module.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
            string Store(string name) => graph.AddInitializer(InitializerName(name), Near.Floats(parameters[name]), parameters[name].shape);
            string linear = graph.AddNode("Gemm", [input, Store("linear.weight"), Store("linear.bias")], OnnxAttribute.Int("transB", 1));
            return graph.AddNode("HardSwish", [linear]);
        }
    }
}
