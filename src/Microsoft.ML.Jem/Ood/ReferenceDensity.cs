using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Ood;

/// <summary>
/// −log q(z) of a Gaussian per class around the standardised features z, q(z) = Σ_k exp(w_k − ½‖A_k·z − c_k‖²). It rises in every
/// direction away from the data, which the energy of a network need not do. Lee, Lee, Lee, Shin, "A simple unified framework for
/// detecting out-of-distribution samples and adversarial attacks", NeurIPS 2018, on the features instead of a hidden layer.
/// </summary>
/// <remarks>Fitted from labelled training rows by <see cref="GaussianFit"/>. A, c, w and what A leaves out are stored.</remarks>
/// <param name="Whitening">
/// A, row-major: [K, d, d] where each class has its own covariance, [r, d] where all share one, [d] where that is diagonal.
/// </param>
/// <param name="Centres">c, [K, r] row-major: the whitened class means.</param>
/// <param name="LogWeights">w, logarithms of the classes' shares and of the normalisation, [K].</param>
/// <param name="Width">d, number of features.</param>
/// <param name="Residual">
/// What is known of the d − r directions that A leaves out; null where A leaves out none, and in models of older versions.
/// </param>
internal sealed record ReferenceDensity(float[] Whitening, float[] Centres, float[] LogWeights, int Width, ResidualGaussian? Residual = null)
    : Witness(Definition)
{
    private const string Stored = JemNames.Prefix + "Reference";

    public static readonly WitnessKind Definition = new("ReferenceDensity", source => GaussianFit.Fit(source.Rows, source.Standardization), Read);

    /// <summary>Half where classes share one covariance: that tells less than each class's own shape (docs/method.md).</summary>
    public override float Weight => IsPerClass ? 1 : 0.5f;

    /// <summary>K, the number of Gaussians.</summary>
    public int ComponentCount => LogWeights.Length;

    /// <summary>r, the dimension after whitening.</summary>
    public int Rank => Centres.Length / ComponentCount;

    /// <summary>Whether each class has a covariance of its own.</summary>
    public bool IsPerClass => Whitening.Length == (long)ComponentCount * Width * Rank && !IsDiagonal && ComponentCount > 1;

    /// <summary>Whether the common covariance is diagonal.</summary>
    public bool IsDiagonal => Whitening.Length == Width;

    public override string Write(OnnxGraph graph, WitnessInputs inputs)
    {
        string centres = graph.AddInitializer($"{Stored}.Centres", Centres, ComponentCount, Rank);
        string logWeights = graph.AddInitializer($"{Stored}.LogWeights", LogWeights, ComponentCount);
        return IsPerClass
            ? WritePerClass(graph, inputs.Features, centres, logWeights)
            : WriteShared(graph, inputs.Features, centres, logWeights);
    }

    /// <summary>−logsumexp_k(w_k − ½‖A_k·z − c_k‖²), all classes' A in one product.</summary>
    private string WritePerClass(OnnxGraph graph, string features, string centres, string logWeights)
    {
        string whitening = graph.AddInitializer($"{Stored}.Whitening", Whitening, ComponentCount * Rank, Width);
        string products = graph.AddNode("Gemm", [features, whitening], OnnxAttribute.Int("transB", 1));
        string shape = graph.AddInitializer($"{Stored}.Shape", [-1L, ComponentCount, Rank], 3);
        string distances = graph.AddNode("Sub", [graph.AddNode("Reshape", [products, shape]), centres]);
        string squares = graph.Reduce("ReduceSumSquare", distances, axis: 2, keepDimension: false);
        string exponents = graph.AddNode("Sub", [logWeights, graph.AddNode("Mul", [squares, graph.Constant("Jem.Half", 0.5f)])]);
        return graph.AddNode("Neg", [graph.ReduceColumns("ReduceLogSumExp", exponents, keepDimension: true)]);
    }

    /// <summary>½‖v‖² − logsumexp_k(v·c_k + w_k − ½‖c_k‖²) with v = A·z, or v = A·(z − m) and the residual's share of the square.</summary>
    private string WriteShared(OnnxGraph graph, string features, string centres, string logWeights)
    {
        if (Residual is not null)
            features = graph.AddNode("Sub", [features, graph.AddInitializer($"{Stored}.Residual.Mean", Residual.Mean, Width)]);
        string whitened = IsDiagonal
            ? graph.AddNode("Mul", [features, graph.AddInitializer($"{Stored}.Whitening", Whitening, Width)])
            : graph.AddNode("Gemm", [features, graph.AddInitializer($"{Stored}.Whitening", Whitening, Rank, Width)], OnnxAttribute.Int("transB", 1));
        string half = graph.Constant("Jem.Half", 0.5f);
        string bias = graph.AddNode("Sub", [logWeights, graph.AddNode("Mul", [graph.Reduce("ReduceSumSquare", centres, axis: 1, keepDimension: false), half])]);
        string near = graph.ReduceColumns(
            "ReduceLogSumExp", graph.AddNode("Gemm", [whitened, centres, bias], OnnxAttribute.Int("transB", 1)), keepDimension: true);
        string square = graph.ReduceColumns("ReduceSumSquare", whitened, keepDimension: true);
        if (Residual is not null)
            square = graph.AddNode("Add", [square, WriteResidual(graph, features, whitened, Residual)]);
        return graph.AddNode("Sub", [graph.AddNode("Mul", [square, half]), near]);
    }

    /// <summary>Precision · max(0, ‖z − m‖² − Σ_i v_i·(A_i·(z − m))²); rounding alone could make it negative.</summary>
    private static string WriteResidual(OnnxGraph graph, string centred, string whitened, ResidualGaussian residual)
    {
        string variances = graph.AddInitializer($"{Stored}.Residual.Variances", residual.Variances, residual.Variances.Length, 1);
        string kept = graph.AddNode("MatMul", [graph.AddNode("Mul", [whitened, whitened]), variances]);
        string left = graph.AddNode("Sub", [graph.ReduceColumns("ReduceSumSquare", centred, keepDimension: true), kept]);
        string positive = graph.AddNode("Max", [left, graph.Constant("Jem.Zero", 0)]);
        return graph.AddNode("Mul", [positive, graph.AddInitializer($"{Stored}.Residual.Precision", [residual.Precision])]);
    }

    private static ReferenceDensity Read(OnnxWeights weights, string scope, int width)
    {
        string name = scope + Stored;
        OnnxTensor whitening = weights.Get($"{name}.Whitening");
        OnnxTensor centres = weights.Get($"{name}.Centres");
        float[] logWeights = weights.Get($"{name}.LogWeights").Values;
        ResidualGaussian? residual = ReadResidual(weights, $"{name}.Residual");
        var density = new ReferenceDensity(whitening.Values, centres.Values, logWeights, width, residual);
        bool fits = width > 0 && logWeights.Length > 0 && centres.Shape is [var count, var rank] && count == logWeights.Length && rank > 0 &&
            (whitening.Values.Length == rank * width || whitening.Values.Length == count * rank * width || (density.IsDiagonal && rank == width)) &&
            (residual is null || (residual.Mean.Length == width && residual.Variances.Length == rank && whitening.Values.Length == rank * width));
        return fits ? density : throw new InvalidDataException($"The reference measure '{name}' of the model is damaged: its parts do not fit together.");
    }

    private static ResidualGaussian? ReadResidual(OnnxWeights weights, string name)
    {
        if (!weights.TryGet($"{name}.Mean", out OnnxTensor? mean))
            return null;
        float[] precision = weights.Get($"{name}.Precision").Values;
        return precision.Length == 1
            ? new ResidualGaussian(mean.Values, weights.Get($"{name}.Variances").Values, precision[0])
            : throw new InvalidDataException($"The model is damaged: '{name}.Precision' is not one number.");
    }
}

/// <summary>
/// A spherical Gaussian over the directions that a whitening A of less than full rank leaves out, the same for all classes. With the
/// kept directions V and their variances v, A = V/√v, what is left of a row is ‖z − m‖² − Σ_i v_i·(A_i·(z − m))², and q has
/// the factor exp(−½ · Precision · that). A then applies to z − m.
/// </summary>
/// <param name="Mean">m, the mean of all rows, [d].</param>
/// <param name="Variances">v, the variances of the kept directions, [r].</param>
/// <param name="Precision">The reciprocal of the mean variance of the directions left out.</param>
internal sealed record ResidualGaussian(float[] Mean, float[] Variances, float Precision);
