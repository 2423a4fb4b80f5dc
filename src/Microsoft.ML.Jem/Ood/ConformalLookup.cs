using Microsoft.ML.Jem.Onnx;

namespace Microsoft.ML.Jem.Ood;

/// <summary>The part of a graph that counts how many held-out rows are less strange than a row: n + 1 times 1 − its conformal p-value.</summary>
/// <remarks>
/// Counting how many of n held-out scores are at least the row's takes two levels of about √n comparisons: which block of the
/// descending table the row's score falls into, then its place within that block. All counts are whole numbers below 2²⁴, so
/// floats hold them exactly.
/// </remarks>
internal static class ConformalLookup
{
    /// <summary>Up to this many scores, comparing with all of them is cheaper than two levels.</summary>
    private const int SingleLevelCount = 64;

    private const int HighestCount = 1 << 24;

    /// <summary>Writes the lookup.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="statistic">The rows' score, float [N, 1]; higher = less like the held-out rows. NaN counts as highest.</param>
    /// <param name="table">The held-out rows' scores.</param>
    /// <param name="name">Prefix of the initializers, by which <see cref="Read"/> finds the table again.</param>
    /// <returns>Name of the result #{held out &lt; score}, float [N, 1].</returns>
    public static string Write(OnnxGraph graph, string statistic, ConformalTable table, string name)
    {
        int count = table.Count;
        if (count >= HighestCount)
            throw new ArgumentException($"A conformal table in a graph holds at most {HighestCount - 1} scores, but this one has {count}.", nameof(table));

        return count <= SingleLevelCount
            ? CountBelow(graph, statistic, table, name)
            : CountBelowInTwoLevels(graph, statistic, table, name);
    }

    /// <summary>Whether <see cref="Write"/> stored a table under <paramref name="name"/>.</summary>
    public static bool IsIn(OnnxWeights weights, string name) => weights.TryGet($"{name}.Scores", out _) || weights.TryGet($"{name}.Blocks", out _);

    /// <summary>Reads back the table that <see cref="Write"/> stored under <paramref name="name"/>.</summary>
    /// <exception cref="InvalidDataException">The table is missing or damaged.</exception>
    public static ConformalTable Read(OnnxWeights weights, string name)
    {
        if (weights.TryGet($"{name}.Scores", out OnnxTensor? all))
            return FromDescending(all.Values, name);

        OnnxTensor blocks = weights.Get($"{name}.Blocks");
        OnnxTensor remaining = weights.Get($"{name}.Remaining");
        if (blocks.Shape.Length != 2 || blocks.Values.Length == 0 || remaining.Values.Length != blocks.Shape[0])
            throw new InvalidDataException($"The conformal table '{name}' of the model is damaged: its blocks have no valid shape.");

        // Block m starts where Remaining[m] scores are left; each but the last gives what lies before the next one's start.
        int size = (int)blocks.Shape[1];
        var scores = new List<float>();
        for (int m = 0; m < remaining.Values.Length; m++)
        {
            float next = m + 1 < remaining.Values.Length ? remaining.Values[m + 1] : 0;
            float taken = remaining.Values[m] - next;
            if (!(taken >= 0 && taken <= size))
                throw new InvalidDataException($"The conformal table '{name}' of the model is damaged: its blocks do not follow each other.");
            scores.AddRange(blocks.Values.AsSpan(m * size, (int)taken));
        }

        return FromDescending([.. scores], name);
    }

    private static string CountBelow(OnnxGraph graph, string statistic, ConformalTable table, string name)
    {
        string scores = graph.AddInitializer($"{name}.Scores", table.Descending, table.Count);
        string atLeast = CountAtLeast(graph, scores, statistic, keepDimension: true);
        return graph.AddNode("Sub", [graph.AddInitializer($"{name}.Count", [(float)table.Count]), atLeast]);
    }

    private static string CountBelowInTwoLevels(OnnxGraph graph, string statistic, ConformalTable table, string name)
    {
        int count = table.Count;
        int size = (int)Math.Ceiling(Math.Sqrt(count));
        int blockCount = (count + size - 1) / size;
        var blocks = new float[blockCount * size];
        var heads = new float[blockCount - 1];
        var remaining = new float[blockCount];
        for (int m = 0; m < blockCount; m++)
        {
            // The last block overlaps the one before instead of being padded: every score in it is real.
            int start = Math.Min(m * size, count - size);
            table.Descending.Slice(start, size).CopyTo(blocks.AsSpan(m * size));
            remaining[m] = count - start;
            if (m > 0)
                heads[m - 1] = table.Descending[start];
        }

        // A block after the first is reached when its highest score is at least the row's: then all before it count.
        string reached = CountAtLeast(graph, graph.AddInitializer($"{name}.Heads", heads, heads.Length), statistic, keepDimension: false);
        string block = graph.AddNode("Cast", [reached], OnnxAttribute.Int("to", (long)OnnxType.Int64));
        string scores = graph.AddNode("Gather", [graph.AddInitializer($"{name}.Blocks", blocks, blockCount, size), block]);
        string left = graph.AddNode("Gather", [graph.AddInitializer($"{name}.Remaining", remaining, blockCount, 1), block]);
        return graph.AddNode("Sub", [left, CountAtLeast(graph, scores, statistic, keepDimension: true)]);
    }

    /// <summary>For each row, how many of <paramref name="scores"/> are at least its statistic; none for NaN.</summary>
    /// <remarks>Summed as floats: integers take three times as long in ONNX Runtime.</remarks>
    private static string CountAtLeast(OnnxGraph graph, string scores, string statistic, bool keepDimension)
    {
        string atLeast = graph.AddNode("GreaterOrEqual", [scores, statistic]);
        return graph.ReduceColumns("ReduceSum", graph.AddNode("Cast", [atLeast], OnnxAttribute.Int("to", (long)OnnxType.Float)), keepDimension);
    }

    private static ConformalTable FromDescending(float[] scores, string name)
    {
        try
        {
            return ConformalTable.FromDescending(scores);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"The conformal table '{name}' of the model is damaged: {exception.Message}", exception);
        }
    }
}
