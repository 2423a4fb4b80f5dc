using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Ood;

/// <summary>
/// The sum of several statistics' surprises (Fisher's method): for the held-out rows that the curves come from, and as ONNX nodes for
/// all others; see <see cref="SurpriseCurve"/>.
/// </summary>
/// <remarks>
/// In the graph, all statistics of all members go through the same few nodes: an operator on a few numbers costs ONNX Runtime more than the numbers
/// do. What only depends on the curves is computed once, when a model is opened.
/// </remarks>
internal static class TotalSurprise
{
    private const string Stored = JemNames.Prefix + "Surprise";
    private const string Name = $"{Stored}s";

    /// <summary>Parts that the held-out rows are cut into: each is judged by curves that 95 % of the rows, and none of its own, made.</summary>
    private const int FoldCount = 20;

    /// <summary>Fits a curve to each statistic.</summary>
    /// <param name="statistics">One array per statistic, one value per held-out row.</param>
    /// <param name="weights">How much each statistic counts.</param>
    public static SurpriseCurve[] Fit(IReadOnlyList<float[]> statistics, IReadOnlyList<float> weights) =>
        [.. statistics.Select((values, s) => SurpriseCurve.Fit(values).Times(weights[s]))];

    /// <summary>The surprise of each row.</summary>
    public static float[] Of(SurpriseCurve[] curves, IReadOnlyList<float[]> statistics) =>
        [.. Enumerable.Range(0, statistics[0].Length).Select(row => Of(curves, statistics, row))];

    /// <summary>The surprise of each held-out row, by curves that were fitted without it.</summary>
    /// <remarks>
    /// Curves fitted to a row call it less strange than a fresh one like it: with 20 rows and 4 statistics 8 % of fresh rows instead of 5 %
    /// were above 0.95. Cross-validation treats held-out rows as fresh ones are treated.
    /// </remarks>
    public static float[] OfHeldOut(IReadOnlyList<float[]> statistics, IReadOnlyList<float> weights)
    {
        int count = statistics[0].Length;
        int folds = Math.Min(count, FoldCount);
        if (folds < 2)
            return Of(Fit(statistics, weights), statistics);

        var totals = new float[count];
        for (int fold = 0; fold < folds; fold++)
        {
            SurpriseCurve[] curves = Fit([.. statistics.Select(values => values.Where((_, row) => row % folds != fold).ToArray())], weights);
            for (int row = fold; row < count; row += folds)
                totals[row] = Of(curves, statistics, row);
        }

        return totals;
    }

    /// <summary>Writes the nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="statistics">Names of each member's statistics, [N, 1] each; as many for one member as for another.</param>
    /// <param name="curves">A curve for each, all of as many pieces.</param>
    /// <returns>Names of the members' sums, [N, 1] each.</returns>
    public static string[] Write(OnnxGraph graph, IReadOnlyList<string[]> statistics, IReadOnlyList<IReadOnlyList<SurpriseCurve>> curves)
    {
        int members = curves.Count;
        string sums = WriteSums(graph, statistics, curves, apart: members > 1);
        if (members == 1)
            return [sums];

        return [.. Enumerable.Range(0, members).Select(m =>
            graph.AddNode("Gather", [sums, graph.AddInitializer($"{Name}.Member{m}", [(long)m], 1)], OnnxAttribute.Int("axis", 1)))];
    }

    /// <summary>Writes the nodes of the sum over all members, [N, 1].</summary>
    /// <inheritdoc cref="Write"/>
    public static string WriteTotal(OnnxGraph graph, IReadOnlyList<string[]> statistics, IReadOnlyList<IReadOnlyList<SurpriseCurve>> curves) =>
        WriteSums(graph, statistics, curves, apart: false);

    /// <summary>The sums, [N, members], or one sum over all members, [N, 1].</summary>
    private static string WriteSums(OnnxGraph graph, IReadOnlyList<string[]> statistics, IReadOnlyList<IReadOnlyList<SurpriseCurve>> curves, bool apart)
    {
        int count = curves.Sum(member => member.Count), pieces = curves[0][0].Lows.Length;
        if (curves.Any(member => member.Any(curve => curve.Lows.Length != pieces)))
            throw new ArgumentException("The surprise curves of a model must have the same number of pieces.", nameof(curves));

        string each = graph.AddInitializer($"{Name}.Each", [(long)count, pieces], 2);
        string low = graph.AddNode("Reshape", [Join(graph, curves, "Lows", curve => curve.Lows), each]);
        string high = graph.AddNode("Reshape", [Join(graph, curves, "Highs", curve => curve.Highs), each]);

        string values = graph.AddNode(
            "Reshape",
            [graph.AddNode("Concat", [.. statistics.SelectMany(member => member)], OnnxAttribute.Int("axis", 1)), graph.AddInitializer($"{Name}.Values", [-1L, count, 1], 3)]);
        string within = graph.AddNode("Min", [graph.AddNode("Max", [values, low]), high]);
        string parts = graph.AddNode("Reshape", [graph.AddNode("Sub", [within, low]), graph.AddInitializer($"{Name}.Parts", [-1L, count * pieces], 2)]);
        return graph.AddNode("MatMul", [parts, Slopes(graph, curves, count * pieces, apart)]);
    }

    /// <summary>Reads a curve back.</summary>
    /// <exception cref="InvalidDataException">It is missing or damaged.</exception>
    public static SurpriseCurve Read(OnnxWeights weights, string scope, int statistic)
    {
        string name = $"{scope}{Stored}.{statistic}";
        var curve = new SurpriseCurve(weights.Get($"{name}.Lows").Values, weights.Get($"{name}.Highs").Values, weights.Get($"{name}.Slopes").Values);
        return curve.Lows.Length > 0 && curve.Lows.Length == curve.Highs.Length && curve.Lows.Length == curve.Slopes.Length
            ? curve
            : throw new InvalidDataException($"The surprise curve '{name}' of the model is damaged: its parts do not fit together.");
    }

    private static float Of(SurpriseCurve[] curves, IReadOnlyList<float[]> statistics, int row)
    {
        float total = 0;
        for (int s = 0; s < curves.Length; s++)
            total += curves[s].Of(statistics[s][row]);
        return total;
    }

    /// <summary>Stores a part of each curve, by which <see cref="Read"/> finds it, and puts them behind each other.</summary>
    private static string Join(OnnxGraph graph, IReadOnlyList<IReadOnlyList<SurpriseCurve>> curves, string part, Func<SurpriseCurve, float[]> values)
    {
        var names = new List<string>();
        for (int m = 0; m < curves.Count; m++)
        {
            for (int s = 0; s < curves[m].Count; s++)
            {
                float[] stored = values(curves[m][s]);
                names.Add(graph.AddInitializer($"{JemNames.Scope(m, curves.Count)}{Stored}.{s}.{part}", stored, stored.Length));
            }
        }

        return graph.AddNode("Concat", [.. names], OnnxAttribute.Int("axis", 0));
    }

    /// <summary>The slopes, [pieces of all curves, members]: each in the column of its member; or all in one column.</summary>
    private static string Slopes(OnnxGraph graph, IReadOnlyList<IReadOnlyList<SurpriseCurve>> curves, int rows, bool apart)
    {
        string slopes = graph.AddNode(
            "Reshape", [Join(graph, curves, "Slopes", curve => curve.Slopes), graph.AddInitializer($"{Name}.Column", [(long)rows, 1], 2)]);
        if (!apart)
            return slopes;

        var owners = new float[rows * curves.Count];
        for (int row = 0; row < rows; row++)
            owners[(row * curves.Count) + (row * curves.Count / rows)] = 1;
        return graph.AddNode("Mul", [slopes, graph.AddInitializer($"{Name}.Owners", owners, rows, curves.Count)]);
    }
}
