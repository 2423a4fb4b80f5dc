using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Robustness;
using Microsoft.ML.Jem.Scoring;
using Microsoft.ML.Jem.Tests.ModelFile;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Robustness;

public sealed class TorchGraphTests : TorchTest
{
    [Fact]
    public void Runs_a_model_as_ONNX_Runtime_does()
    {
        byte[] file = JemGraph.Write(JemModels.Calibrated(4, 3, temperature: 2.5f), [JemModels.Perceptron(1, 4, 8, 3)]);
        AssertSameScores(file, width: 4, classCount: 3);
    }

    [Fact]
    public void Runs_the_operators_of_image_networks_as_ONNX_Runtime_does()
    {
        byte[] file = JemGraph.Write(JemModels.Calibrated(2 * 5 * 6, 4), [WriteConvolutions]);
        AssertSameScores(file, width: 2 * 5 * 6, classCount: 4);
    }

    [Fact]
    public void Runs_the_operators_of_ensembles_and_transforms_as_ONNX_Runtime_does()
    {
        byte[] file = JemGraph.Write(JemModels.Calibrated(3, 3), [WriteAssortment]);
        AssertSameScores(file, width: 3, classCount: 3);
    }

    [Fact]
    public void Runs_a_reference_density_with_a_residual_as_ONNX_Runtime_does()
    {
        const int Width = 200;
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(4);
        Tensor rows = randn([300, Width], generator: generator);
        JemModelSettings settings = JemModels.Plain(Width, 3);
        var features = new DenseFeatureMatrix(Near.Floats(rows), 300, Width);
        ReferenceDensity reference = GaussianFit.Fit(
            new TrainingRows(features, [.. Enumerable.Range(0, 300).Select(row => row % 3)], null, 3), settings.Standardization);
        Assert.NotNull(reference.Residual);
        settings = settings with { Members = [new MemberSettings([reference])] };
        byte[] file = JemGraph.Write(settings, [JemModels.Perceptron(1, Width, 3)]);
        using var graph = new TorchGraph(file, CPU);

        float[] density = HeldOutScores.Of(file, features).Statistics[0];

        Near.Equal([.. density.Select(value => (double)value)], graph.Run(rows.to(float64), JemNames.Statistics).to(float32), 1e-3, 1e-5);
    }

    [Fact]
    public void Gradients_are_those_of_the_graph()
    {
        byte[] file = JemGraph.Write(JemModels.Calibrated(4, 3), [JemModels.Perceptron(5, 4, 6, 3)]);
        using var graph = new TorchGraph(file, CPU);
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(2);
        Tensor x = randn([3, 4], float64, generator: generator);
        Tensor input = x.clone().requires_grad_();
        Tensor gradient = autograd.grad([graph.Run(input, JemNames.Energy).sum()], [input])[0];
        const double Step = 1e-5;
        for (int j = 0; j < 4; j++)
        {
            Tensor step = zeros_like(x);
            step[TensorIndex.Colon, j] = Step;
            Tensor slope = (graph.Run(x + step, JemNames.Energy) - graph.Run(x - step, JemNames.Energy)) / (2 * Step);
            Assert.True((slope - gradient[TensorIndex.Colon, j]).abs().max().ToDouble() < 1e-8);
        }
    }

    [Fact]
    public void An_unknown_operator_is_named()
    {
        byte[] file = JemGraph.Write(JemModels.Calibrated(3, 3), [(graph, input, _) => new NetworkValues(graph.AddNode("Ceil", [input]))]);
        using var graph = new TorchGraph(file, CPU);
        using Tensor x = zeros(1, 3, float64);
        var error = Assert.Throws<NotSupportedException>(() => graph.Run(x, JemNames.Score));
        Assert.Contains("'Ceil'", error.Message);
    }

    private static NetworkValues WriteConvolutions(OnnxGraph graph, string input, bool withGradient)
    {
        string image = graph.AddNode("Reshape", [input, graph.AddInitializer("shape", [-1L, 2, 5, 6], 4)]);
        string kernel = graph.AddInitializer("kernel", Values(3 * 2 * 3 * 3), 3, 2, 3, 3);
        string bias = graph.AddInitializer("bias", Values(3), 3);
        string wide = graph.AddNode("Conv", [image, kernel, bias], OnnxAttribute.Ints("pads", 1, 0, 1, 2), OnnxAttribute.Ints("strides", 2, 1), OnnxAttribute.Ints("kernel_shape", 3, 3));
        string active = graph.AddNode("LeakyRelu", [wide], OnnxAttribute.Float("alpha", 0.2f));
        string pooled = graph.AddNode("Flatten", [graph.AddNode("GlobalAveragePool", [active])]);
        return new NetworkValues(graph.AddNode("Gemm", [pooled, graph.AddInitializer("weight", Values(4 * 3), 4, 3), graph.AddInitializer("offset", Values(4), 4)], OnnxAttribute.Int("transB", 1), OnnxAttribute.Float("alpha", 1.5f), OnnxAttribute.Float("beta", 0.5f)));
    }

    private static NetworkValues WriteAssortment(OnnxGraph graph, string input, bool withGradient)
    {
        string first = graph.AddInitializer("first", [0L], 1);
        string last = graph.AddInitializer("last", [2L], 1);
        string members = graph.AddNode("MatMul", [graph.AddNode("Unsqueeze", [input, first]), graph.AddInitializer("members", Values(2 * 3 * 3), 2, 3, 3)]);
        string smooth = graph.AddNode("Mul", [graph.AddNode("Softplus", [members]), graph.AddNode("Tanh", [graph.AddNode("Elu", [members])])]);
        string probabilities = graph.AddNode("Softmax", [smooth], OnnxAttribute.Int("axis", 2));
        string[] reduced =
        [
            graph.AddNode("ReduceMean", [probabilities], OnnxAttribute.Ints("axes", 0), OnnxAttribute.Int("keepdims", 0)),
            graph.AddNode("ReduceMax", [members], OnnxAttribute.Ints("axes", 0), OnnxAttribute.Int("keepdims", 0)),
            graph.AddNode("Squeeze", [graph.AddNode("ReduceSum", [members, first]), first]),
            graph.AddNode("Squeeze", [graph.AddNode("ReduceLogSumExp", [members], OnnxAttribute.Ints("axes", 2)), last]),
        ];
        string swapped = graph.AddNode("Transpose", [reduced[3]], OnnxAttribute.Ints("perm", 1, 0));
        string joined = graph.AddNode("Concat", [reduced[0], reduced[1], reduced[2], swapped], OnnxAttribute.Int("axis", 1));
        string positive = graph.AddNode("Sqrt", [graph.AddNode("Exp", [graph.AddNode("Abs", [joined])])]);
        string bounded = graph.AddNode("Max", [graph.AddNode("Min", [positive, graph.AddInitializer("ceiling", [3f])]), graph.AddInitializer("floor", [0.1f])]);
        return new NetworkValues(graph.AddNode("Gemm", [graph.AddNode("Log", [bounded]), graph.AddInitializer("weight", Values(3 * 11), 11, 3)]));
    }

    private static void AssertSameScores(byte[] file, int width, int classCount)
    {
        const int Rows = 5;
        float[] features = Values(Rows * width);
        using var scorer = new OnnxScorer(file);
        using ScoringBatch batch = scorer.CreateBatch(Rows);
        features.CopyTo(batch.Features);
        batch.Run(Rows, ScoreOutputs.Score | ScoreOutputs.Energy);

        using var graph = new TorchGraph(file, CPU);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(features, Rows, width).to(float64);
        Equal(batch.Score[..(Rows * classCount)], graph.Run(x, JemNames.Score));
        Equal(batch.Energy[..Rows], graph.Run(x, JemNames.Energy));
    }

    private static void Equal(ReadOnlySpan<float> expected, Tensor actual)
    {
        double[] values = actual.contiguous().data<double>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(expected[i], values[i], 1e-5);
    }

    private static float[] Values(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(1.7f * i + 0.3f))];
}
