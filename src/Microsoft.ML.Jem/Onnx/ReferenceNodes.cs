using Microsoft.ML.Jem.Features;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Writes −log q(z) of a <see cref="ReferenceMeasure"/>, [N, 1], and reads the measure back.</summary>
internal static class ReferenceNodes
{
    private const string Name = JemNames.Reference;

    /// <summary>Writes the nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="standardized">Name of z, the standardised features, [N, d].</param>
    /// <param name="reference">The measure.</param>
    public static string Write(OnnxGraph graph, string standardized, ReferenceMeasure reference)
    {
        string centres = graph.AddInitializer($"{Name}.Centres", reference.Centres, reference.ComponentCount, reference.Rank);
        string logWeights = graph.AddInitializer($"{Name}.LogWeights", reference.LogWeights, reference.ComponentCount);
        return reference.IsPerClass
            ? PerClass(graph, standardized, reference, centres, logWeights)
            : Shared(graph, standardized, reference, centres, logWeights);
    }

    /// <summary>Reads a measure back.</summary>
    /// <exception cref="InvalidDataException">It is missing or damaged.</exception>
    public static ReferenceMeasure Read(OnnxWeights weights, string scope, int width)
    {
        string name = scope + Name;
        OnnxTensor whitening = weights.Get($"{name}.Whitening");
        OnnxTensor centres = weights.Get($"{name}.Centres");
        float[] logWeights = weights.Get($"{name}.LogWeights").Values;
        ResidualGaussian? residual = ReadResidual(weights, $"{name}.Residual");
        var reference = new ReferenceMeasure(whitening.Values, centres.Values, logWeights, width, residual);
        bool fits = width > 0 && logWeights.Length > 0 && centres.Shape is [var count, var rank] && count == logWeights.Length && rank > 0 &&
            (whitening.Values.Length == rank * width || whitening.Values.Length == count * rank * width || (reference.IsDiagonal && rank == width)) &&
            (residual is null || (residual.Mean.Length == width && residual.Variances.Length == rank && whitening.Values.Length == rank * width));
        return fits ? reference : throw new InvalidDataException($"The reference measure '{name}' of the model is damaged: its parts do not fit together.");
    }

    /// <summary>−logsumexp_k(w_k − ½‖A_k·z − c_k‖²), all classes' A in one product.</summary>
    private static string PerClass(OnnxGraph graph, string standardized, ReferenceMeasure reference, string centres, string logWeights)
    {
        int count = reference.ComponentCount, rank = reference.Rank;
        string whitening = graph.AddInitializer($"{Name}.Whitening", reference.Whitening, count * rank, reference.Width);
        string products = graph.AddNode("Gemm", [standardized, whitening], OnnxAttribute.Int("transB", 1));
        string shape = graph.AddInitializer($"{Name}.Shape", [-1L, count, rank], 3);
        string distances = graph.AddNode("Sub", [graph.AddNode("Reshape", [products, shape]), centres]);
        string squares = graph.Reduce("ReduceSumSquare", distances, axis: 2, keepDimension: false);
        string exponents = graph.AddNode("Sub", [logWeights, graph.AddNode("Mul", [squares, graph.Constant("Jem.Half", 0.5f)])]);
        return graph.AddNode("Neg", [graph.ReduceColumns("ReduceLogSumExp", exponents, keepDimension: true)]);
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

    /// <summary>½‖v‖² − logsumexp_k(v·c_k + w_k − ½‖c_k‖²) with v = A·z, or v = A·(z − m) and the residual's share of the square.</summary>
    private static string Shared(OnnxGraph graph, string standardized, ReferenceMeasure reference, string centres, string logWeights)
    {
        if (reference.Residual is { } residual)
            standardized = graph.AddNode("Sub", [standardized, graph.AddInitializer($"{Name}.Residual.Mean", residual.Mean, residual.Mean.Length)]);
        string whitened = reference.IsDiagonal
            ? graph.AddNode("Mul", [standardized, graph.AddInitializer($"{Name}.Whitening", reference.Whitening, reference.Width)])
            : graph.AddNode(
                "Gemm", [standardized, graph.AddInitializer($"{Name}.Whitening", reference.Whitening, reference.Rank, reference.Width)], OnnxAttribute.Int("transB", 1));
        string half = graph.Constant("Jem.Half", 0.5f);
        string bias = graph.AddNode("Sub", [logWeights, graph.AddNode("Mul", [graph.Reduce("ReduceSumSquare", centres, axis: 1, keepDimension: false), half])]);
        string near = graph.ReduceColumns(
            "ReduceLogSumExp", graph.AddNode("Gemm", [whitened, centres, bias], OnnxAttribute.Int("transB", 1)), keepDimension: true);
        string square = graph.ReduceColumns("ReduceSumSquare", whitened, keepDimension: true);
        if (reference.Residual is not null)
            square = graph.AddNode("Add", [square, Residual(graph, standardized, whitened, reference.Residual)]);
        return graph.AddNode("Sub", [graph.AddNode("Mul", [square, half]), near]);
    }

    /// <summary>Precision · max(0, ‖z − m‖² − Σ_i v_i·(A_i·(z − m))²); rounding alone could make it negative.</summary>
    private static string Residual(OnnxGraph graph, string centred, string whitened, ResidualGaussian residual)
    {
        string variances = graph.AddInitializer($"{Name}.Residual.Variances", residual.Variances, residual.Variances.Length, 1);
        string kept = graph.AddNode("MatMul", [graph.AddNode("Mul", [whitened, whitened]), variances]);
        string left = graph.AddNode("Sub", [graph.ReduceColumns("ReduceSumSquare", centred, keepDimension: true), kept]);
        string positive = graph.AddNode("Max", [left, graph.Constant("Jem.Zero", 0)]);
        return graph.AddNode("Mul", [positive, graph.AddInitializer($"{Name}.Residual.Precision", [residual.Precision])]);
    }
}
