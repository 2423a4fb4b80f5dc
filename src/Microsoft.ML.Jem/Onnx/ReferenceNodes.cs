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
        var reference = new ReferenceMeasure(whitening.Values, centres.Values, logWeights, width);
        bool fits = width > 0 && logWeights.Length > 0 && centres.Shape is [var count, var rank] && count == logWeights.Length && rank > 0 &&
            (whitening.Values.Length == rank * width || whitening.Values.Length == count * rank * width || (reference.IsDiagonal && rank == width));
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

    /// <summary>½‖v‖² − logsumexp_k(v·c_k + w_k − ½‖c_k‖²) with v = A·z.</summary>
    private static string Shared(OnnxGraph graph, string standardized, ReferenceMeasure reference, string centres, string logWeights)
    {
        string whitened = reference.IsDiagonal
            ? graph.AddNode("Mul", [standardized, graph.AddInitializer($"{Name}.Whitening", reference.Whitening, reference.Width)])
            : graph.AddNode(
                "Gemm", [standardized, graph.AddInitializer($"{Name}.Whitening", reference.Whitening, reference.Rank, reference.Width)], OnnxAttribute.Int("transB", 1));
        string half = graph.Constant("Jem.Half", 0.5f);
        string bias = graph.AddNode("Sub", [logWeights, graph.AddNode("Mul", [graph.Reduce("ReduceSumSquare", centres, axis: 1, keepDimension: false), half])]);
        string near = graph.ReduceColumns(
            "ReduceLogSumExp", graph.AddNode("Gemm", [whitened, centres, bias], OnnxAttribute.Int("transB", 1)), keepDimension: true);
        string norm = graph.AddNode("Mul", [graph.ReduceColumns("ReduceSumSquare", whitened, keepDimension: true), half]);
        return graph.AddNode("Sub", [norm, near]);
    }
}
