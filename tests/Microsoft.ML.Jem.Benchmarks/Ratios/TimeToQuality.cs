using Microsoft.ML.Jem.Benchmarks.Baseline;
using Microsoft.ML.Jem.Benchmarks.Data;
using Microsoft.ML.Jem.Features;
using Microsoft.ML.Jem.Tests.Data;
using Microsoft.ML.Jem.Training;
using TorchSharp;

namespace Microsoft.ML.Jem.Benchmarks.Ratios;

/// <summary>
/// The time to the held-out accuracy and AUROC that the paper's loop ends with, on the digits 0 to 7 against the unseen 8 and 9.
/// Both are networks alone, measured by their own energy after each epoch, while the clock stands still.
/// </summary>
internal static class TimeToQuality
{
    private const int Epochs = 200;
    private static readonly int[] Seeds = [1, 2, 3];
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(110);
    private static readonly TimeSpan LongestOfFaster = TimeSpan.FromSeconds(25);

    /// <summary>Trains the baseline to its end, then ours several times until it is as good.</summary>
    public static RatioResult Measure()
    {
        Native.TorchLibrary.EnsureLoaded();
        var standardization = Standardization.Fit(Digits.Train.Features, new JemTrainingOptions().FeatureLimit);
        var quality = new Quality(standardization);
        var recipe = new PaperRecipe();
        Course theirs = TrainBaseline(standardization, quality, recipe, course => course.Seconds > Longest.TotalSeconds);
        (double accuracy, double auroc) = (theirs.Last.Accuracy, theirs.Last.Auroc);

        // The paper's learning rate is made for images and 36 million weights: what if the baseline had ours?
        Course faster = TrainBaseline(
            standardization, quality, recipe with { LearningRate = new JemTrainingOptions().LearningRate },
            course => course.Seconds > LongestOfFaster.TotalSeconds || (course.Points.Count > 0 && course.Last.Reaches(accuracy, auroc)));
        Course[] ours = Array.ConvertAll(Seeds, seed => TrainOurs(standardization, quality, accuracy, auroc, seed));
        double seconds = Paired.Median(ours.Select(course => course.Last.Seconds));
        string withOurRate = faster.Last.Reaches(accuracy, auroc) ? $"{faster.Last.Seconds:F1} s" : $"not in {faster.Last.Seconds:F0} s";
        return new RatioResult(
            seconds / theirs.Last.Seconds,
            FormattableString.Invariant($"{seconds:F2} s against {theirs.Last.Seconds:F1} s (with our learning rate {withOurRate}) to accuracy {accuracy:F3} and AUROC {auroc:F3}"),
            new()
            {
                ["baselineWithOurLearningRateSeconds"] = faster.Last.Seconds,
                ["baselineWithOurLearningRateAccuracy"] = faster.Last.Accuracy,
                ["baselineWithOurLearningRateAuroc"] = faster.Last.Auroc,
                ["ourSeconds"] = seconds,
                ["baselineSeconds"] = theirs.Last.Seconds,
                ["baselineEpochs"] = theirs.Points.Count,
                ["baselineSecondsUntilFirstAsGood"] = theirs.Points.First(point => point.Reaches(accuracy, auroc)).Seconds,
                ["accuracy"] = accuracy,
                ["auroc"] = auroc,
            });
    }

    private static Course TrainBaseline(Standardization standardization, Quality quality, PaperRecipe recipe, Predicate<Course> isOver)
    {
        TrainingRows rows = Digits.Train;
        IDataView data = Rows.View(new MLContext(seed: 1), Rows.Of(rows), rows.Features.Width, Digits.ClassCount);
        using var threads = ThreadLimit.Require(1);
        using var baseline = new PaperTraining(PaperTraining.Perceptron(rows.Features.Width, 256, 256, Digits.ClassCount), data, standardization, recipe);
        var course = new Course();
        while (course.Points.Count < Epochs && !isOver(course))
        {
            course.Resume();
            baseline.Epoch();
            course.Pause(() => quality.Of(baseline.Module));
        }

        return course;
    }

    private static Course TrainOurs(Standardization standardization, Quality quality, double accuracy, double auroc, int seed)
    {
        var network = new ObservedNetwork(new JemTrainingOptions().Network);
        var options = new JemTrainingOptions { Network = network };
        (TrainingRows train, TrainingRows heldOut) = CrossFitting.Split(Digits.Train, 5, options.HeldOutFraction, new Random(seed))[0];
        using var threads = ThreadLimit.Require(1);
        using var reached = new CancellationTokenSource();
        var course = new Course();
        var watcher = new Watcher(() =>
        {
            course.Pause(() => quality.Of(network.Module!));
            if (course.Last.Reaches(accuracy, auroc))
                reached.Cancel();
            course.Resume();
        });
        course.Resume();
        try
        {
            TrainingLoop.Run(train, heldOut, standardization, options, seed, torch.CPU, null, watcher, reached.Token).Dispose();
        }
        catch (OperationCanceledException) when (reached.IsCancellationRequested)
        {
            return course;
        }

        throw new InvalidOperationException(FormattableString.Invariant(
            $"Our training ended before it was as good as the baseline: accuracy {course.Last.Accuracy:F3} and AUROC {course.Last.Auroc:F3}, wanted {accuracy:F3} and {auroc:F3}."));
    }

    private sealed class Watcher(Action then) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => then();
    }
}
