using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Quality;

namespace Microsoft.ML.Jem.Benchmarks.Large;

/// <summary>Many rows, held in one array.</summary>
/// <remarks>
/// The first half of the features comes from a mixture of Gaussians, a quarter is uniform, and the rest are small counts. A class
/// gets a score that is linear in some features, has steps in others, and a wave and a product; it depends on the mixture's
/// component, too. The class with the highest score is the label, after some noise that no model can learn.
/// </remarks>
internal sealed class LargeRows
{
    /// <summary>Number of classes.</summary>
    public const int ClassCount = 6;

    /// <summary>Features that the classes depend on, one by one.</summary>
    public const int LeastFeatures = 8;

    private const int Components = 12, Steps = 6;

    private readonly float[] _values;
    private readonly uint[] _labels;
    private readonly int _width;

    private LargeRows(float[] values, uint[] labels, int width) => (_values, _labels, _width) = (values, labels, width);

    /// <summary>The classes, from 0.</summary>
    public ReadOnlySpan<uint> Labels => _labels;

    /// <summary>Draws training rows, and test rows from the same distribution.</summary>
    public static (LargeRows Train, LargeRows Test) Draw(LargeShape shape, int testRows, int seed)
    {
        var random = new Random(seed);
        var classes = new Rule(random, shape.Features);
        return (Draw(classes, random, shape.Rows, shape.Features), Draw(classes, random, testRows, shape.Features));
    }

    /// <summary>The rows as ML.NET reads them, each made when it is read.</summary>
    public IDataView View(MLContext context) => Rows.View(
        context,
        Enumerable.Range(0, _labels.Length).Select(i => new Row { Label = _labels[i], Features = _values.AsSpan(i * _width, _width).ToArray() }),
        _width,
        ClassCount);

    private static LargeRows Draw(Rule rule, Random random, int count, int width)
    {
        var values = new float[count * width];
        var labels = new uint[count];
        for (int i = 0; i < count; i++)
            labels[i] = rule.Draw(random, values.AsSpan(i * width, width));
        return new LargeRows(values, labels, width);
    }

    /// <summary>Where features lie, and which class they belong to.</summary>
    private sealed class Rule
    {
        private readonly int _gaussians, _uniforms;
        private readonly double[][] _centres, _bonus, _slopes, _heights;
        private readonly (int Feature, double Threshold)[] _steps;
        private readonly double[] _wave, _product;

        public Rule(Random random, int width)
        {
            _gaussians = width / 2;
            _uniforms = width / 4;
            _centres = Normals(Components, _gaussians, 1);
            _bonus = Normals(Components, ClassCount, 1.5);
            _slopes = Normals(ClassCount, Math.Min(6, _gaussians), 0.7);
            _heights = Normals(ClassCount, Steps, 1.5);
            _steps = [.. Enumerable.Range(0, Steps).Select(s => (_gaussians + (s % _uniforms), -0.7 + (1.4 * random.NextDouble())))];
            (_wave, _product) = (Normals(1, ClassCount, 1.5)[0], Normals(1, ClassCount, 1)[0]);

            double[][] Normals(int rows, int columns, double deviation) =>
                [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => deviation * random.Normal()).ToArray())];
        }

        /// <summary>Draws a row; returns its class.</summary>
        public uint Draw(Random random, Span<float> row)
        {
            const double NoiseScale = 0.3;
            int component = random.Next(Components);
            for (int j = 0; j < row.Length; j++)
            {
                row[j] = j < _gaussians ? (float)(_centres[component][j] + (0.7 * random.Normal()))
                    : j < _gaussians + _uniforms ? (float)((2 * random.NextDouble()) - 1)
                    : random.Next(5);
            }

            (uint best, double highest) = (0, double.NegativeInfinity);
            for (int k = 0; k < ClassCount; k++)
            {
                double score = _bonus[component][k] + (_wave[k] * Math.Sin(2 * row[0])) + (_product[k] * row[1] * row[2])
                    - (NoiseScale * Math.Log(-Math.Log(1 - random.NextDouble())));
                for (int j = 0; j < _slopes[k].Length; j++)
                    score += _slopes[k][j] * row[j];
                for (int s = 0; s < Steps; s++)
                    score += row[_steps[s].Feature] > _steps[s].Threshold ? _heights[k][s] : 0;
                if (score > highest)
                    (best, highest) = ((uint)k, score);
            }

            return best;
        }
    }
}
