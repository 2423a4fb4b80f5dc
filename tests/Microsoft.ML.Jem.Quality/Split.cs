namespace Microsoft.ML.Jem.Quality;

/// <summary>What a variant learns from, and what it is asked.</summary>
/// <param name="Name">Name of the set.</param>
/// <param name="Train">Rows to learn from.</param>
/// <param name="Test">Fresh rows of the same classes.</param>
/// <param name="Novel">Rows of classes that training never saw; none where all classes are known.</param>
/// <param name="Classes">The known classes.</param>
internal sealed record Split(string Name, Table Train, Table Test, float[][] Novel, string[] Classes)
{
    /// <summary>Features a row.</summary>
    public int Width => Train.Rows[0].Length;

    /// <summary>Takes parts that come ready; test rows of classes that training lacks are left out.</summary>
    public static Split Of(string name, Table train, Table test, float[][] novel)
    {
        string[] classes = [.. train.Labels.Distinct().Order(StringComparer.Ordinal)];
        return new Split(name, train, test.Take(Enumerable.Range(0, test.Rows.Length).Where(row => classes.Contains(test.Labels[row]))), novel, classes);
    }

    /// <summary>Holds classes out of training, and a share of the other rows for testing.</summary>
    /// <param name="name">Name of the set.</param>
    /// <param name="all">All rows.</param>
    /// <param name="unseen">Classes that training must not see.</param>
    /// <param name="seed">Which rows are tested on.</param>
    /// <param name="mostTrain">Training rows at most.</param>
    /// <param name="testShare">Share of the known rows for testing.</param>
    public static Split Holding(string name, Table all, string[] unseen, int seed, int mostTrain = int.MaxValue, double testShare = 0.3)
    {
        var random = new Random(seed);
        int[] known = [.. Enumerable.Range(0, all.Rows.Length).Where(row => !unseen.Contains(all.Labels[row]))];
        int[] novel = [.. Enumerable.Range(0, all.Rows.Length).Where(row => unseen.Contains(all.Labels[row]))];
        random.Shuffle(known);
        int tested = (int)(testShare * known.Length);
        return Of(name, all.Take(known.Skip(tested).Take(mostTrain)), all.Take(known.Take(tested)), all.Take(novel).Rows);
    }
}
