using Microsoft.ML.Jem.Calibration;

namespace Microsoft.ML.Jem.Onnx;

/// <summary>Writes the sum of several statistics' surprises, [N, 1]; see <see cref="SurpriseCurve"/>.</summary>
internal static class SurpriseNodes
{
    /// <summary>Writes the nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="statistics">Names of the statistics, [N, 1] each.</param>
    /// <param name="curves">A curve for each.</param>
    public static string Write(OnnxGraph graph, IReadOnlyList<string> statistics, IReadOnlyList<SurpriseCurve> curves)
    {
        string? total = null;
        for (int s = 0; s < statistics.Count; s++)
        {
            string name = $"{JemNames.Surprise}.{s}";
            SurpriseCurve curve = curves[s];
            string low = graph.AddInitializer($"{name}.Lows", curve.Lows, curve.Lows.Length);
            string high = graph.AddInitializer($"{name}.Highs", curve.Highs, curve.Highs.Length);
            string within = graph.AddNode("Min", [graph.AddNode("Max", [statistics[s], low]), high]);
            string surprise = graph.AddNode(
                "MatMul", [graph.AddNode("Sub", [within, low]), graph.AddInitializer($"{name}.Slopes", curve.Slopes, curve.Slopes.Length, 1)]);
            total = total is null ? surprise : graph.AddNode("Add", [total, surprise]);
        }

        return total!;
    }

    /// <summary>Reads a curve back.</summary>
    /// <exception cref="InvalidDataException">It is missing or damaged.</exception>
    public static SurpriseCurve Read(OnnxWeights weights, string scope, int statistic)
    {
        string name = $"{scope}{JemNames.Surprise}.{statistic}";
        var curve = new SurpriseCurve(weights.Get($"{name}.Lows").Values, weights.Get($"{name}.Highs").Values, weights.Get($"{name}.Slopes").Values);
        return curve.Lows.Length > 0 && curve.Lows.Length == curve.Highs.Length && curve.Lows.Length == curve.Slopes.Length
            ? curve
            : throw new InvalidDataException($"The surprise curve '{name}' of the model is damaged: its parts do not fit together.");
    }
}
