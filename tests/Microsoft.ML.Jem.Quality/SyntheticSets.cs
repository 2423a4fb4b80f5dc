namespace Microsoft.ML.Jem.Quality;

/// <summary>Sets whose geometry is known, and with it where an unseen class lies.</summary>
internal static class SyntheticSets
{
    /// <summary>
    /// Seven sorts of grains described by sixteen strongly correlated measures of size and shape. Sort 6 is far larger than the
    /// others (the tail), sorts 1 and 2 lie between others.
    /// </summary>
    public static Table Grains(int seed, int rowCount = 3500)
    {
        const int Sorts = 7;
        var random = new Random(seed);
        double[] elongation = [.. Enumerable.Range(0, Sorts).Select(k => 1.2 + (0.8 * k / (Sorts - 1)))];
        random.Shuffle(elongation);
        double[] logArea = [.. Enumerable.Range(0, Sorts).Select(k => k == Sorts - 1 ? 12.1 : 10.2 + (0.2 * k) + (0.05 * random.Normal()))];
        double[] roundness = [.. Enumerable.Range(0, Sorts).Select(_ => 0.75 + (0.17 * random.NextDouble()))];
        return Build(rowCount, Sorts, k =>
        {
            double area = Math.Exp(logArea[k] + (0.15 * random.Normal()));
            double aspect = Math.Max(1.02, elongation[k] + (0.09 * random.Normal()));
            double round = Math.Clamp(roundness[k] + (0.025 * random.Normal()), 0.5, 0.99);
            double minor = Math.Sqrt(4 * area / Math.PI / aspect) * (1 + (0.005 * random.Normal()));
            double major = minor * aspect;
            double solidity = Math.Clamp(0.987 - (0.003 * Math.Abs(random.Normal())) - (0.002 * (aspect - 1.5)), 0.9, 0.999);
            double extent = Math.Clamp(0.75 + (0.04 * random.Normal()), 0.5, 0.9);
            double diameter = Math.Sqrt(4 * area / Math.PI);
            return
            [
                area, Math.Sqrt(4 * Math.PI * area / round), major, minor, aspect, Math.Sqrt(1 - (1 / (aspect * aspect))), area / solidity,
                diameter, extent, solidity, round, diameter / major, major / area, minor / area, Math.Pow(diameter / major, 2),
                area / (major * minor * Math.PI / 4),
            ];
        });
    }

    /// <summary>Six overlapping classes on a ring in a plane of eight dimensions, and a class "centre" within it.</summary>
    public static Table Ring(int seed, int rowCount = 2400)
    {
        const int OnRing = 6, Width = 8;
        var random = new Random(seed);
        double[] first = random.Direction(Width), second = random.Direction(Width);
        Table ring = Build(rowCount, OnRing + 1, k =>
        {
            double angle = (2 * Math.PI * k / OnRing) + (0.25 * random.Normal()), radius = k == OnRing ? 0 : 3;
            return [.. first.Select((value, j) => (radius * ((Math.Cos(angle) * value) + (Math.Sin(angle) * second[j]))) + (0.4 * random.Normal()))];
        });
        return ring with { Labels = Array.ConvertAll(ring.Labels, label => label == "6" ? "centre" : label) };
    }

    /// <summary>Gaussian clouds, each with a covariance of its own.</summary>
    public static Table Gaussians(int seed, int rowCount = 2400, int width = 10, int classes = 6, double separation = 1.5)
    {
        var random = new Random(seed);
        double[][] centres = [.. Enumerable.Range(0, classes).Select(_ => random.Normals(width, separation))];
        double[][][] shapes =
        [
            .. Enumerable.Range(0, classes).Select(_ => Enumerable.Range(0, width).Select(_ => random.Normals(width, 0.8 / Math.Sqrt(width))).ToArray()),
        ];
        return Build(rowCount, classes, k =>
        {
            double[] noise = random.Normals(width, 1);
            return [.. centres[k].Select((centre, j) => centre + (0.4 * noise[j]) + shapes[k][j].Zip(noise, (a, b) => a * b).Sum())];
        });
    }

    /// <summary>A draw from the standard normal distribution.</summary>
    public static double Normal(this Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double[] Normals(this Random random, int count, double deviation) =>
        [.. Enumerable.Range(0, count).Select(_ => deviation * random.Normal())];

    private static double[] Direction(this Random random, int width)
    {
        double[] direction = random.Normals(width, 1);
        double length = Math.Sqrt(direction.Sum(value => value * value));
        return Array.ConvertAll(direction, value => value / length);
    }

    private static Table Build(int rowCount, int classes, Func<int, double[]> draw) => new(
        [.. Enumerable.Range(0, rowCount).Select(i => Array.ConvertAll(draw(i % classes), value => (float)value))],
        [.. Enumerable.Range(0, rowCount).Select(i => (i % classes).ToString(System.Globalization.CultureInfo.InvariantCulture))]);
}
