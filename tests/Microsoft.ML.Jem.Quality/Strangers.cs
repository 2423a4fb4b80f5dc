namespace Microsoft.ML.Jem.Quality;

/// <summary>Rows that do not come from where the training rows come from.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Rows">The rows.</param>
internal sealed record Strangers(string Kind, float[][] Rows)
{
    /// <summary>Rows of a kind at most.</summary>
    public const int Most = 2000;

    /// <summary>The kinds, in the order of the tables.</summary>
    public static readonly string[] Kinds = ["novel", "between", "uniform", "gaussian", "shuffled", "far"];

    /// <summary>All kinds for a split.</summary>
    public static IEnumerable<Strangers> Of(Split split, int seed)
    {
        var random = new Random(seed);
        float[][] test = split.Test.Rows;
        float[][] train = split.Train.Rows;
        int width = split.Width, count = Math.Min(Most, Math.Max(500, test.Length));
        float[] lowest = Column(j => train.Min(row => row[j])), highest = Column(j => train.Max(row => row[j]));
        float[] mean = Column(j => train.Average(row => row[j]));
        float[] deviation = Column(j => (float)Math.Sqrt(train.Average(row => Math.Pow(row[j] - mean[j], 2))));

        if (split.Novel.Length > 0)
            yield return new("novel", Sample(split.Novel, random));
        yield return new("between", [.. Enumerable.Range(0, count).Select(_ => Between(split.Test, random))]);
        yield return new("uniform", Draw(j => (float)(lowest[j] + (random.NextDouble() * (highest[j] - lowest[j])))));
        yield return new("gaussian", Draw(j => (float)(mean[j] + (deviation[j] * random.Normal()))));
        yield return new("shuffled", Draw(j => test[random.Next(test.Length)][j]));
        yield return new("far", [.. Sample(test, random).Select(row => Column(j => mean[j] + (10 * (row[j] - mean[j]))))]);

        float[] Column(Func<int, float> value) => [.. Enumerable.Range(0, width).Select(value)];
        float[][] Draw(Func<int, float> value) => [.. Enumerable.Range(0, count).Select(_ => Column(value))];
    }

    /// <summary>Some of the rows, drawn without replacement.</summary>
    public static float[][] Sample(float[][] rows, Random random)
    {
        float[][] shuffled = [.. rows];
        random.Shuffle(shuffled);
        return shuffled[..Math.Min(Most, shuffled.Length)];
    }

    /// <summary>The mean of two rows of different classes.</summary>
    private static float[] Between(Table rows, Random random)
    {
        while (true)
        {
            int one = random.Next(rows.Rows.Length), other = random.Next(rows.Rows.Length);
            if (rows.Labels[one] != rows.Labels[other])
                return [.. rows.Rows[one].Zip(rows.Rows[other], (a, b) => (a + b) / 2)];
        }
    }
}
