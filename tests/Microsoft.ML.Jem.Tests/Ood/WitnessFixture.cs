using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Fitting;
using Microsoft.ML.Jem.ModelFile;
using Microsoft.ML.Jem.Networks;
using Microsoft.ML.Jem.Onnx;
using Microsoft.ML.Jem.Ood;
using Microsoft.ML.Jem.Tests.ModelFile;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Tests.Ood;

/// <summary>Rows around three class centres, a network with random weights, and witnesses fitted to both.</summary>
internal sealed class WitnessFixture(int width = 4, Activation activation = Activation.SiLU) : IDisposable
{
    /// <summary>The class of each of 300 rows.</summary>
    public static readonly int[] Labels = [.. Enumerable.Range(0, 300).Select(i => i % 3)];

    public MultilayerPerceptron Network { get; } = new(activation, 16, 12);

    public nn.Module<Tensor, Tensor> Module => field ??= Network.Create(width, 3, new Generator(1), CPU);

    public Tensor Rows { get; } = RowsOf(width);

    public NetworkWriter Writer => (graph, input, withGradient) => Network.WriteTo(graph, input, Module, withGradient);

    public static Tensor RowsOf(int width)
    {
        Tensor noise = randn([300, width], generator: new Generator(7));
        Tensor centres = randn([3, width], generator: new Generator(8)) * 3;
        return noise + centres.index_select(0, tensor(Array.ConvertAll(Labels, label => (long)label)));
    }

    /// <summary>What witnesses are fitted from where rows are standardised already.</summary>
    public static WitnessSource Source(Tensor rows, int[] labels, int classCount, Func<int[], Tensor> hidden, int seed = 1)
    {
        int width = (int)rows.shape[1];
        var features = new DenseFeatureMatrix(Near.Floats(rows), labels.Length, width);
        return new WitnessSource(new TrainingRows(features, labels, null, classCount), JemModels.Plain(width, 3).Standardization, hidden, seed);
    }

    public Witness Fit(WitnessKind kind, int seed = 1) => kind.Fit(Source(Rows, Labels, 3, Hidden, seed));

    /// <summary>A file, not calibrated, with one witness.</summary>
    public byte[] Write(Witness witness) => Write(witness, width, Writer);

    /// <summary>What the ONNX nodes say of rows.</summary>
    public double[] Statistic(Witness witness, Tensor? rows = null) => Statistic(Write(witness), rows ?? Rows);

    /// <summary>What the ONNX nodes of a witness that needs no network say of rows.</summary>
    public static double[] StatisticAlone(Witness witness, Tensor rows)
    {
        int width = (int)rows.shape[1];
        return Statistic(Write(witness, width, JemModels.Perceptron(1, width, 3)), rows);
    }

    public void Dispose() => Module.Dispose();

    private Tensor Hidden(int[] chosen)
    {
        using IDisposable noGradients = no_grad();
        return Network.Hidden(Module, Rows.index_select(0, tensor(Array.ConvertAll(chosen, row => (long)row))))!;
    }

    private static byte[] Write(Witness witness, int width, NetworkWriter network) =>
        JemGraph.Write(JemModels.Plain(width, 3) with { Members = [new MemberSettings([witness])] }, [network]);

    private static double[] Statistic(byte[] file, Tensor rows)
    {
        var features = new DenseFeatureMatrix(Near.Floats(rows), (int)rows.shape[0], (int)rows.shape[1]);
        return Array.ConvertAll(HeldOutScores.Of(file, features).Statistics[0], value => (double)value);
    }
}
