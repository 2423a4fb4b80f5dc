using Microsoft.ML.Jem.Evaluation;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Jem.Robustness;

/// <summary>Attacks labelled rows and counts those that stand.</summary>
internal sealed class RobustnessEvaluation(AttackedModel model, FeatureScale scale, RobustnessOptions options, Device device)
{
    private const int RowsAtOnce = 256;

    /// <summary>Attacks all rows at all strengths.</summary>
    /// <param name="rows">Features as they came.</param>
    /// <param name="labels">The true class of each, zero-based.</param>
    /// <param name="skipped">Number of rows that were left out before.</param>
    /// <param name="cancellation">Asked before each step.</param>
    public RobustnessMetrics Run(FeatureMatrix rows, int[] labels, long skipped, CancellationToken cancellation)
    {
        double[] epsilons = [.. options.Epsilons.Distinct().Order()];
        var standing = new long[epsilons.Length + 1];
        using var generator = new Generator((ulong)options.Seed, device);
        for (int start = 0; start < rows.RowCount; start += RowsAtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(RowsAtOnce, rows.RowCount - start);
            Tensor batch = Rows(rows, start, count);
            Tensor y = tensor(labels.AsSpan(start, count).ToArray(), device: device).to(int64);
            using (no_grad())
                (batch, y) = Keep(batch, y, IsRight(model.LogProbabilities(batch, zeros_like(batch)), y));
            standing[0] += y.shape[0];
            for (int i = 0; i < epsilons.Length && y.shape[0] > 0; i++)
            {
                for (int restart = 0; restart < options.Restarts && y.shape[0] > 0; restart++)
                    (batch, y) = Keep(batch, y, Stands(batch, y, epsilons[i], generator, cancellation));
                standing[i + 1] += y.shape[0];
            }
        }

        double Share(long count) => (double)count / rows.RowCount;
        return new RobustnessMetrics
        {
            Norm = options.Norm,
            RowCount = rows.RowCount,
            SkippedRowCount = skipped,
            Accuracy = Share(standing[0]),
            Curve = [.. epsilons.Select((epsilon, i) => new RobustnessPoint(epsilon, Share(standing[i + 1])))],
        };
    }

    /// <summary>Whether each row is classified correctly all along one attack, bool [n].</summary>
    private Tensor Stands(Tensor rows, Tensor y, double epsilon, Generator generator, CancellationToken cancellation)
    {
        var attack = new ProjectedGradientDescent(
            change => model.LogProbabilities(rows, change), options.Norm, epsilon, options.StepSize ?? 2.5 * epsilon / options.Steps)
        {
            Range = Range(rows),
        };
        Tensor stands = ones_like(y).to(@bool);
        attack.Run(
            zeros_like(rows), y, options.Steps, options.RandomStart ? generator : null,
            (_, logProbabilities) => stands.logical_and_(IsRight(logProbabilities, y)), cancellation);
        return stands;
    }

    /// <summary>How far each feature can be moved within its limits, in deviations. A row outside the limits may stay where it is.</summary>
    private (Tensor Lowest, Tensor Highest)? Range(Tensor rows)
    {
        if (options.LowestFeature is null && options.HighestFeature is null)
            return null;
        return (
            scale.Room(rows, options.LowestFeature ?? double.NegativeInfinity).AtMost(0),
            scale.Room(rows, options.HighestFeature ?? double.PositiveInfinity).AtLeast(0));
    }

    private Tensor Rows(FeatureMatrix rows, int start, int count)
    {
        var values = new float[count * rows.Width];
        for (int i = 0; i < count; i++)
            rows.CopyRow(start + i, values.AsSpan(i * rows.Width, rows.Width));
        return tensor(values, [count, rows.Width], device: device).to(float64);
    }

    private static Tensor IsRight(Tensor logProbabilities, Tensor y) => logProbabilities.argmax(1).eq(y);

    private static (Tensor Rows, Tensor Y) Keep(Tensor rows, Tensor y, Tensor which) =>
        (rows.index_select(0, which.nonzero().squeeze(1)), y.index_select(0, which.nonzero().squeeze(1)));
}
